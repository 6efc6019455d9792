"""Options that several commands share, and what they mean together with environment and profiles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from clonedesk_connectors.review.queue import ReviewQueue
    from clonedesk_connectors.review.router import Router
    from clonedesk_connectors.settings import AccountSettings

Vendor = Annotated[str, typer.Argument(help="A profile of clonedesk.toml, or a connector such as zendesk.")]
AccountName = Annotated[
    str | None,
    typer.Option("--account", help="The workspace's name, e.g. the Zendesk subdomain; needed with a connector."),
]
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", help="Address to use instead of the vendor's; http only on loopback.")
]
Region = Annotated[str | None, typer.Option("--region", help="Where the workspace lives, for vendors with regions.")]
Store = Annotated[
    str | None,
    typer.Option("--store", help="Archive URL, e.g. sqlite:///archive.sqlite (default: your data directory)."),
]
ProfileName = Annotated[
    str | None, typer.Option("--profile", help="Use the archive of this profile of clonedesk.toml.")
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", help="Settings file (default: CLONEDESK_CONFIG, ./clonedesk.toml, your config directory)."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on the last line of stdout.")]


def store_url(store: str | None, profile: str | None = None, config: Path | None = None) -> str:
    """The archive of a command that is about no single account. Raises ConfigError when it is not clear which."""
    from clonedesk_connectors.settings import archive_url

    return archive_url(store, profile=profile, config=config)


def settings_of(target: str, config: Path | None = None, **flags: str | float | None) -> AccountSettings:
    """Everything that is set for a profile, or for a vendor with an account. flags: see `settings.resolve`."""
    from clonedesk_connectors.protocol import registry
    from clonedesk_connectors.settings import resolve

    said = {name: None if value is None else str(value) for name, value in flags.items()}
    return resolve(target, flags=said, config=config, vendors=registry.installed())


def review_queue(url: str, config: Path | None = None) -> ReviewQueue:
    """The review queue beside an archive, with the table [review] of the settings file."""
    from clonedesk_connectors.review.configured import open_queue
    from clonedesk_connectors.settings import find_config, read_profiles

    return open_queue(url, read_profiles(find_config(config)))


def review_router(config: Path | None = None) -> Router:
    """How the settings file routes drafts, for what needs no queue."""
    from clonedesk_connectors.review.configured import configured
    from clonedesk_connectors.settings import find_config, read_profiles

    return configured(read_profiles(find_config(config)))[1]
