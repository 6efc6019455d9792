"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Vendor = Annotated[str, typer.Argument(help="zendesk, or another installed connector.")]
AccountName = Annotated[str, typer.Option("--account", help="The workspace's name, e.g. the Zendesk subdomain.")]
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", help="Address to use instead of the vendor's; http only on loopback.")
]
Store = Annotated[
    str | None,
    typer.Option("--store", help="Archive URL, e.g. sqlite:///archive.sqlite (default: your data directory)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on the last line of stdout.")]


def store_url(store: str | None) -> str:
    from clonedesk_connectors.settings import default_store

    return store or default_store()
