"""Settings of the review page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageSettings:
    """hosts: names the page may be asked by (`Host` without port); others are refused, against DNS rebinding.

    is_secure: people reach it over TLS, so cookies are Secure. hide_score: confidence shows only after the decision.
    mask: personal data is hidden until somebody asks for it, draft by draft, which the history keeps.
    poll_s: between heartbeats of an open draft. login_s, session_s: how long a login link and a session last.
    """

    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    is_secure: bool = False
    hide_score: bool = False
    mask: bool = False
    poll_s: float = 10.0
    login_s: int = 900
    session_s: int = 43_200
    max_body_bytes: int = 4 * 1024 * 1024
