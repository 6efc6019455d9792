"""The one file that knows zenpy (GPL-3.0, extra `[zenpy]`). Sends our own requests through its `requests.Session`.

zenpy's own calls are not used: they repeat writes after a 503, follow a next page to any host with the credentials, and
take an error page for data. zenpy 2.0.57.
"""

from __future__ import annotations

import os

from zenpy import Zenpy

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.transport.clients import Bridge
from clonedesk_connectors.transport.requests_ import LentSession


def bridge(client: object) -> Bridge:
    """Raises ConfigError for anything but a `zenpy.Zenpy`."""
    if not isinstance(client, Zenpy):
        raise ConfigError("the client of a Zendesk account is a zenpy.Zenpy")
    api = client.users  # every part of the client holds the same session
    scheme = os.environ.get("ZENPY_FORCE_SCHEME", api.protocol)  # with ZENPY_FORCE_NETLOC, zenpy's switch for tests
    address = f"{scheme}://{api.base_url}"
    return Bridge(address, lambda: LentSession(api.session, address))
