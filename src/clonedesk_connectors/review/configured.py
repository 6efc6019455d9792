"""The table [review] of `clonedesk.toml` as settings of a queue. The file says nothing about where a queue is kept."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.router import Router
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.settings import Profiles

_ROUTING = ("rules", "audit_sample")
_SETTINGS, _ROUTER = TypeAdapter(ReviewSettings), TypeAdapter(Router)


def configured(profiles: Profiles) -> tuple[ReviewSettings, Router]:
    """What the file sets, defaults for the rest. Raises ConfigError that names the place of a mistake, never the value
    there.
    """
    table = profiles.review
    routing = {name: value for name, value in table.items() if name in _ROUTING}
    try:
        router = _ROUTER.validate_python(routing)
        settings = _SETTINGS.validate_python({name: table[name] for name in table if name not in _ROUTING})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(("review", *map(str, first["loc"])))
        raise ConfigError(f"{profiles.path}: {place}: {first['msg']}") from None
    except ConfigError as error:
        raise ConfigError(f"{profiles.path}: review.rules: {error}") from None
    match = settings.match
    if not match.uncertain <= match.edited <= match.light_edit:
        raise ConfigError(f"{profiles.path}: review.match: it must hold that uncertain <= edited <= light_edit")
    return settings, router


def open_queue(url: str, profiles: Profiles) -> ReviewQueue:
    """The queue of an archive as the settings file wants it. Raises what `ReviewQueue` and `configured` raise."""
    settings, router = configured(profiles)
    return ReviewQueue(url, settings=settings, router=router)
