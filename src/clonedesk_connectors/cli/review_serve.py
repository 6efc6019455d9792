"""`clonedesk-sync review serve`: the local review page."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from clonedesk_connectors.cli.options import ConfigFile, ProfileName, Store, review_queue, store_url
from clonedesk_connectors.errors import ConfigError


def serve(
    reviewer: Annotated[
        str, typer.Option("--reviewer", help="Who opens the page, e.g. an address; may invite others.")
    ],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8765,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    allow_remote: Annotated[
        bool,
        typer.Option("--allow-remote", help="Allow another address than this machine's own, behind a TLS proxy."),
    ] = False,
    name: Annotated[
        list[str] | None, typer.Option("--host-name", help="Name people reach the page by; needed with --allow-remote.")
    ] = None,
    hide_score: Annotated[
        bool, typer.Option("--hide-score", help="Show the AI's confidence only after the decision.")
    ] = False,
    mask: Annotated[
        bool, typer.Option("--mask", help="Hide personal data until somebody asks for it; the history keeps who did.")
    ] = False,
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
) -> None:
    """Serve the review page on this machine and print a login link that works once.

    Example: clonedesk-sync review serve --reviewer ana@example.com
    """
    check_address(host, allow_remote=allow_remote, names=name or [])
    url = store_url(store, profile, config)
    try:
        import uvicorn
    except ImportError:
        from clonedesk_connectors.errors import MissingExtraError

        raise MissingExtraError("review") from None
    from clonedesk_connectors.review.web import Doorkeeper, PageSettings, Role, make_app

    settings = PageSettings(hide_score=hide_score, mask=mask)
    if allow_remote:
        settings = replace(settings, hosts=(*settings.hosts, *(name or [])), is_secure=True)
    door = Doorkeeper(settings)
    with review_queue(url, config) as queue:
        app = make_app(queue, url, door, settings)
        base = f"https://{name[0]}" if allow_remote and name else f"http://127.0.0.1:{port}"
        typer.echo(f"{base}/login?token={door.invite(reviewer, Role.ADMIN)}")
        typer.echo(f"The link works once, for {settings.login_s // 60} minutes. Stop with Ctrl-C.", err=True)
        # No access log: it would keep login links. No server header: nobody needs it.
        uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)


def check_address(host: str, *, allow_remote: bool, names: list[str]) -> None:
    """Raises ConfigError for an address other machines reach, unless that is wanted and said by which names."""
    if host == "127.0.0.1" and not allow_remote:
        return
    if not allow_remote:
        raise ConfigError(
            "other machines may reach that address; leave --host out, or use --allow-remote behind a TLS proxy"
        )
    if not names or any(not part.strip("*") for part in names):
        raise ConfigError("--allow-remote needs --host-name with the name of the TLS proxy that people open")
