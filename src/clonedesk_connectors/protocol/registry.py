"""Finding connectors: the entry point group `clonedesk_connectors.connectors`, our own vendors included."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from clonedesk_connectors.errors import ConfigError, PluginError
from clonedesk_connectors.protocol.account import Account
from clonedesk_connectors.protocol.connector import PROTOCOL_VERSION, Connector

GROUP = "clonedesk_connectors.connectors"


@dataclass(frozen=True, slots=True)
class Installed:
    """A connector that some distribution offers; loaded only when used."""

    name: str
    distribution: str
    entry_point: EntryPoint


def installed() -> dict[str, Installed]:
    """All offered connectors by name, without importing any of them. Of two with one name, ours wins, then by name."""
    found: dict[str, Installed] = {}
    for point in entry_points(group=GROUP):
        offer = Installed(point.name, point.dist.name if point.dist else "unknown distribution", point)
        rival = found.get(point.name)
        if rival is None or _rank(offer) < _rank(rival):
            found[point.name] = offer
    return dict(sorted(found.items()))


def _rank(offer: Installed) -> tuple[bool, str]:
    return offer.distribution != "clonedesk-connectors", offer.distribution


def load(account: Account) -> Connector:
    """Build the connector for an account.

    Raises ConfigError for an unknown vendor and PluginError, naming the distribution, when its connector cannot be
    imported, is not a connector, or speaks another protocol version.
    """
    offers = installed()
    offer = offers.get(account.vendor)
    if offer is None:
        raise ConfigError(f"no connector called {account.vendor!r}; installed: {', '.join(offers) or 'none'}")
    try:
        connector = offer.entry_point.load()(account)
    except ConfigError:
        raise
    except (Exception, SystemExit) as error:  # whatever a plugin does at import must become one clear error
        raise PluginError(_broken(offer, f"cannot be loaded ({type(error).__name__})")) from error
    version = getattr(connector, "protocol_version", PROTOCOL_VERSION)  # first: parts may differ between versions
    if version != PROTOCOL_VERSION:
        raise PluginError(_broken(offer, f"speaks protocol {version!r}, this library speaks {PROTOCOL_VERSION}"))
    if not isinstance(connector, Connector):
        raise PluginError(_broken(offer, "is not a connector: a part of the protocol is missing"))
    return connector


def _broken(offer: Installed, what: str) -> str:
    return f"connector {offer.name!r} of distribution {offer.distribution!r} {what}; update or uninstall it"
