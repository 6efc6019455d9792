"""Every kind of client a program may hand over, behind one face, so that each promise is tested for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import requests
import zenpy

from clonedesk_connectors.transport import Transport
from clonedesk_connectors.transport.httpx_ import LentClient
from clonedesk_connectors.transport.requests_ import LentSession
from tests.transport.transport_server import Behaviour, Server

TOKEN = "canary-token-of-the-client"
KINDS = ("requests", "httpx", "async httpx")


def make_client(kind: str, **cookies: str) -> Any:
    """A client as a service would set it up: a header and a parameter of its own, a cookie, zenpy's retries."""
    client: Any
    if kind == "requests":
        client = requests.Session()
        client.mount("http://", requests.adapters.HTTPAdapter(**zenpy.Zenpy.http_adapter_kwargs()))
        client.trust_env = False
    else:
        client = (httpx.Client if kind == "httpx" else httpx.AsyncClient)(trust_env=False, follow_redirects=True)
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    client.headers["X-Own"] = "1"
    client.params = {"support_type_scope": "all"}
    for name, value in cookies.items():
        client.cookies.set(name, value)
    return client


def lend(client: Any, url: str, **options: Any) -> Transport:
    if isinstance(client, requests.Session):
        return LentSession(client, url, **options)
    return LentClient(client, url, dict, **options)


async def close(client: Any) -> None:
    if isinstance(client, httpx.AsyncClient):
        await client.aclose()
    else:
        client.close()


@asynccontextmanager
async def lent(
    kind: str, *behaviours: Behaviour, prepare: Callable[[Any], object] = lambda client: None, **options: Any
) -> AsyncIterator[tuple[Server, Transport, Any]]:
    """A misbehaving server, a transport over a lent client, and the client."""
    client = make_client(kind)
    prepare(client)
    async with Server(*behaviours) as server:
        transport = lend(client, server.url, **options)
        try:
            yield server, transport, client
        finally:
            await transport.aclose()
            await close(client)
