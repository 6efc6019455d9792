"""Recordings: made from a sandbox when pytest runs with `--record-mode=rewrite`, else replayed without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import vcr

from clonedesk_connectors.testing.sandbox.server import Sandbox
from tests.cassettes.scrub import request_scrubber, response_scrubber

CASSETTES = Path(__file__).parents[2] / "cassettes"
HOMES = {
    "zendesk": "https://acme.zendesk.com",
    "intercom": "https://api.intercom.io",
    "freshdesk": "https://acme.freshdesk.com",
}
"""Where recorded requests seem to go, whatever answered them."""

RECORDED_AT_S = 1_790_000_000.0
"""The sandboxes' clock while recording."""

MATCH = ("method", "scheme", "host", "port", "path", "query", "body")


@dataclass
class Desk:
    """A helpdesk on tape. `url` is where to connect; `meanwhile` changes the sandbox while recording and does nothing
    on replay, when what it changed is on the tape."""

    url: str
    sandbox: Any = None

    def meanwhile(self, change: Callable[[Any], object]) -> None:
        if self.sandbox is not None:
            change(self.sandbox)


class Tapes:
    """Opens tapes by name, `zendesk/pull`. recording: make them anew."""

    def __init__(self, *, recording: bool) -> None:
        self.recording = recording

    @contextmanager
    def __call__(self, name: str, make: Callable[[], Sandbox] | None = None, **options: Any) -> Iterator[Desk]:
        """Everything inside the block is recorded or replayed; on replay every recorded call must be made.

        make: the sandbox to record from; without one the tape is made by hand and never overwritten. options: vcrpy's.
        """
        vendor = name.partition("/")[0]
        path = CASSETTES / f"{name}.yaml"
        if self.recording and make is None:
            pytest.skip("this recording is made by hand")
        with ExitStack() as stack:
            if not self.recording or make is None:
                tape = stack.enter_context(player({}, **options).use_cassette(str(path), record_mode="none"))
                yield Desk(HOMES[vendor])
                assert tape.all_played, f"{len(tape) - tape.play_count} recorded calls were never made"
                return
            path.unlink(missing_ok=True)
            sandbox = stack.enter_context(make())
            hosts = {sandbox.url: HOMES[vendor], sandbox.url.removeprefix("http://"): HOMES[vendor][8:]}
            stack.enter_context(player(hosts, **options).use_cassette(str(path), record_mode="all"))
            yield Desk(sandbox.url, sandbox)

    @contextmanager
    def another_reader(
        self, name: str, same: Callable[[Any, Any], None] | None = None, **options: Any
    ) -> Iterator[str]:
        """Replay a tape to another client, which need not make every recorded call; yields the address.

        same: where it asks for the same things in its own words, says by AssertionError that its request (first) is not
        the recorded one (second). A tape that is being recorded is not read.
        """
        if self.recording:
            pytest.skip("read by another client on replay only")
        another = player({}, **({"match_on": ("same",)} if same else {}), **options)
        if same:
            another.register_matcher("same", same)
        with another.use_cassette(str(CASSETTES / f"{name}.yaml"), record_mode="none"):
            yield HOMES[name.partition("/")[0]]


def player(hosts: Mapping[str, str], **options: Any) -> vcr.VCR:
    """vcrpy with our settings. hosts: see `scrub.Hosts`."""
    settings = {
        "decode_compressed_response": True,
        "match_on": MATCH,
        "before_record_request": request_scrubber(hosts),
        "before_record_response": response_scrubber(hosts),
    }
    return vcr.VCR(**{**settings, **options})
