"""Who may use the page: one-time login links, and the sessions they open. In memory: a restart ends them all."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from threading import Lock
from typing import TypeVar

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.review.ledger import Clock, wall_clock
from clonedesk_connectors.review.web.settings import PageSettings

_MOST_FAILURES = 10
_WINDOW = timedelta(minutes=1)


class TooManyLogins(Exception):
    """Login is closed for a minute after too many wrong links."""


class Role(IntEnum):
    """A higher role may do everything a lower one may. LEAD settles disputes and sees all statistics, ADMIN invites."""

    REVIEWER = 1
    LEAD = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Flash:
    """One message for the next page. undo: the draft whose decision it reports."""

    text: str
    undo: str | None = None


@dataclass(slots=True)
class Session:
    """One signed-in browser. csrf: goes into every form. held: the draft on its screen."""

    name: str
    role: Role
    ends: datetime
    digest: bytes = field(repr=False)
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    held: str | None = None
    flash: Flash | None = None

    def take_flash(self) -> Flash | None:
        flash, self.flash = self.flash, None
        return flash


@dataclass(frozen=True, slots=True)
class _Invitation:
    name: str
    role: Role
    ends: datetime
    digest: bytes = field(repr=False)


_Kept = TypeVar("_Kept", Session, _Invitation)


class Doorkeeper:
    """Tokens are random, kept as hashes only, and compared in constant time. Safe to use from several threads."""

    def __init__(self, settings: PageSettings | None = None, now: Clock = wall_clock) -> None:
        self._settings, self._now = settings or PageSettings(), now
        self._lock = Lock()
        self._invitations: list[_Invitation] = []
        self._sessions: list[Session] = []
        self._failures: deque[datetime] = deque()

    def invite(self, name: str, role: Role) -> str:
        """A token that opens one session for this person, once and for `login_s`. Raises ConfigError for a bad name."""
        name = name.strip()
        if not 1 <= len(name) <= 200 or not name.isprintable():
            raise ConfigError("a reviewer needs a name of 1 to 200 printable characters")
        token = secrets.token_urlsafe(32)
        ends = self._now() + timedelta(seconds=self._settings.login_s)
        with self._lock:
            self._invitations.append(_Invitation(name, role, ends, _digest(token)))
        return token

    def redeem(self, token: str) -> str | None:
        """The cookie of a new session; None for a token that is unknown, used or too old. Raises TooManyLogins."""
        with self._lock:
            now = self._now()
            self._check_rate(now)
            self._invitations = [one for one in self._invitations if one.ends > now]
            found = _find(self._invitations, token)
            if found is None:
                self._failures.append(now)
                return None
            self._invitations.remove(found)
            cookie = secrets.token_urlsafe(32)
            ends = now + timedelta(seconds=self._settings.session_s)
            self._sessions.append(Session(found.name, found.role, ends, _digest(cookie)))
            return cookie

    def find(self, cookie: str) -> Session | None:
        """The open session of this cookie."""
        with self._lock:
            now = self._now()
            self._sessions = [one for one in self._sessions if one.ends > now]
            return _find(self._sessions, cookie)

    def end(self, session: Session) -> None:
        """Sign out."""
        with self._lock:
            self._sessions = [one for one in self._sessions if one is not session]

    def _check_rate(self, now: datetime) -> None:
        while self._failures and self._failures[0] <= now - _WINDOW:
            self._failures.popleft()
        if len(self._failures) >= _MOST_FAILURES:
            raise TooManyLogins


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time, whatever they hold."""
    return hmac.compare_digest(_digest(left), _digest(right))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _find(kept: Iterable[_Kept], token: str) -> _Kept | None:
    digest = _digest(token)
    matching = [one for one in kept if hmac.compare_digest(one.digest, digest)]
    return matching[0] if matching else None
