"""Clients of vendor SDKs that a program already has and lets us send through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module

from clonedesk_connectors.errors import ConfigError, MissingExtraError
from clonedesk_connectors.transport.base import Transport

CLIENT_FORM = "client"
"""The credential form of a connection whose client signs its requests itself: there is no secret to look up."""

_SDKS = {"zendesk": ("zenpy", "zenpy_"), "intercom": ("intercom", "intercom_")}
"""vendor -> (extra that brings its SDK, our module that knows it)"""


@dataclass(frozen=True, slots=True)
class Bridge:
    """What we need of an SDK's client. address: the origin its credential belongs to. in_loop: it is asynchronous, and
    so bound to the event loop it is used in."""

    address: str
    open: Callable[[], Transport] = field(repr=False)
    in_loop: bool = False


def bridge_to(vendor: str, client: object) -> Bridge:
    """Raises ConfigError for a vendor without an SDK or another kind of client, MissingExtraError without the SDK."""
    if vendor not in _SDKS:
        raise ConfigError(f"a client can be handed over for {' and '.join(_SDKS)}, not for {vendor}")
    extra, module = _SDKS[vendor]
    try:
        sdk = import_module(f"clonedesk_connectors.transport.{module}")
    except ImportError as error:
        raise MissingExtraError(extra) from error
    made: Bridge = sdk.bridge(client)
    return made
