"""Finding and loading connectors."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from clonedesk_connectors.errors import ConfigError, PluginError
from clonedesk_connectors.protocol import PROTOCOL_VERSION, Account, Connector, registry
from tests.sync.toy import ToyConnector

ACCOUNT = Account(vendor="toy", name="acme")
BUILT: list[Account] = []


def good(account: Account) -> ToyConnector:
    BUILT.append(account)
    return ToyConnector(account)


class OfTomorrow(ToyConnector):
    protocol_version = PROTOCOL_VERSION + 1


class OfYesterday:
    """Before there was anything but a name."""

    name, protocol_version = "toy", 0

    def __init__(self, account: Account) -> None:
        self.account = account


def choosy(account: Account) -> ToyConnector:
    raise ConfigError("toy accounts need a region")


Offer = Callable[..., None]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Make these entry points the installed ones: (connector, object in this module, distribution)."""

    def offer(*rows: tuple[str, str, str | None]) -> None:
        points = []
        for name, target, distribution in rows:
            dist = SimpleNamespace(name=distribution) if distribution else None
            point = EntryPoint(name, f"{__name__}:{target}", registry.GROUP)
            vars(point).update(dist=dist)
            points.append(point)
        monkeypatch.setattr(registry, "entry_points", lambda group: points if group == registry.GROUP else [])

    return offer


def test_a_connector_is_built_for_the_account(offered: Offer) -> None:
    offered(("toy", "good", "toys"))
    connector = registry.load(ACCOUNT)
    assert isinstance(connector, Connector)
    assert connector.account is ACCOUNT
    assert BUILT[-1] is ACCOUNT


def test_listing_loads_nothing_and_is_in_order_of_names(offered: Offer) -> None:
    offered(("zoo", "missing", "zoos"), ("toy", "good", "toys"), ("abc", "missing", None))
    found = registry.installed()
    assert [(offer.name, offer.distribution) for offer in found.values()] == [
        ("abc", "unknown distribution"),
        ("toy", "toys"),
        ("zoo", "zoos"),
    ]


@pytest.mark.parametrize("ours_first", [True, False])
def test_of_two_with_one_name_ours_wins(offered: Offer, ours_first: bool) -> None:
    rows = [("toy", "good", "clonedesk-connectors"), ("toy", "choosy", "aaa")]
    offered(*(rows if ours_first else reversed(rows)))
    assert registry.installed()["toy"].distribution == "clonedesk-connectors"


def test_of_two_strangers_with_one_name_the_first_by_name_wins(offered: Offer) -> None:
    offered(("toy", "good", "zzz"), ("toy", "choosy", "mmm"))
    assert registry.installed()["toy"].distribution == "mmm"


def test_an_unknown_vendor_is_a_config_error_that_says_what_there_is(offered: Offer) -> None:
    offered(("toy", "good", "toys"), ("zoo", "good", "zoos"))
    with pytest.raises(ConfigError, match="no connector called 'acme'; installed: toy, zoo"):
        registry.load(Account(vendor="acme", name="demo"))
    offered()
    with pytest.raises(ConfigError, match="installed: none"):
        registry.load(ACCOUNT)


def test_a_connector_of_another_protocol_version_is_refused(offered: Offer) -> None:
    offered(("toy", "OfTomorrow", "toys"))
    wanted = (
        f"connector 'toy' of distribution 'toys' speaks protocol {PROTOCOL_VERSION + 1}, "
        f"this library speaks {PROTOCOL_VERSION}; update or uninstall it"
    )
    with pytest.raises(PluginError, match=wanted):
        registry.load(ACCOUNT)


def test_the_version_is_told_before_parts_that_only_one_version_has(offered: Offer) -> None:
    offered(("toy", "OfYesterday", "toys"))
    wanted = "connector 'toy' of distribution 'toys' speaks protocol 0, this library speaks 1; update or uninstall it"
    with pytest.raises(PluginError, match=wanted):
        registry.load(ACCOUNT)


def test_what_a_connector_says_about_its_account_is_passed_on(offered: Offer) -> None:
    offered(("toy", "choosy", "toys"))
    with pytest.raises(ConfigError, match=r"^toy accounts need a region$") as caught:
        registry.load(ACCOUNT)
    assert not isinstance(caught.value, PluginError)


def test_what_is_no_connector_is_a_plugin_error(offered: Offer) -> None:
    offered(("toy", "ACCOUNT", "toys"))
    with pytest.raises(PluginError, match=r"distribution 'toys' cannot be loaded \(TypeError\)"):
        registry.load(ACCOUNT)
