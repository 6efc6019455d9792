"""The one file that knows python-intercom (no licence declared, extra `[intercom]`). Sends our own requests through its
httpx client.

The SDK's own calls are not used: its search pager asks for page 1 for ever, told to retry it repeats writes but nothing
after a lost connection, and building its models costs most of the time there is. python-intercom 5.0.1.
"""

from __future__ import annotations

from intercom import AsyncIntercom, Intercom

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.transport.clients import Bridge
from clonedesk_connectors.transport.httpx_ import LentClient


def bridge(client: object) -> Bridge:
    """Raises ConfigError for anything but an `intercom.Intercom` or `intercom.AsyncIntercom`."""
    if not isinstance(client, Intercom | AsyncIntercom):
        raise ConfigError("the client of an Intercom workspace is an intercom.Intercom or intercom.AsyncIntercom")
    wrapper = client._client_wrapper  # the SDK shows neither its address nor its httpx client in any other way
    address = wrapper.get_base_url().rstrip("/")
    lent = wrapper.httpx_client.httpx_client
    in_loop = isinstance(client, AsyncIntercom)
    return Bridge(address, lambda: LentClient(lent, address, wrapper.get_headers), in_loop)
