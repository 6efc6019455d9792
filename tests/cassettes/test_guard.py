"""What must not be in a recording, for every recording; and the scrubbers that see to it."""

from __future__ import annotations

import gzip
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import yaml
from vcr.errors import CannotOverwriteExistingCassetteException
from vcr.serializers import yamlserializer

from tests.cassettes.scrub import EMAIL, PHONE, anonymous, request_scrubber, response_scrubber
from tests.cassettes.tape import CASSETTES, Tapes

FILES = sorted(path for path in CASSETTES.rglob("*.yaml") if not path.name.startswith("real-"))
SECRET = re.compile(
    r"(?i)authorization|set-cookie|bearer |basic [a-z0-9+/=]{8,}|canary|sandbox-(?:token|secret|client|key)"
)
PYTHON_TAG = re.compile(r"!!python|!<tag:yaml\.org,2002:python")


def texts(path: Path) -> Iterator[str]:
    """The file as it is, and every compressed body in it."""
    yield path.read_text("utf-8")
    for call in yaml.safe_load(path.read_text("utf-8"))["interactions"]:
        body = call["response"]["body"]["string"]
        if isinstance(body, bytes):
            yield gzip.decompress(body).decode()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_recording_holds_nothing_that_should_not_be_public(path: Path) -> None:
    assert path.stat().st_size < 500_000
    for text in texts(path):
        assert not PYTHON_TAG.search(text)
        assert not SECRET.search(text)
        assert not EMAIL.search(text)
        assert not PHONE.search(text)
        assert "127.0.0.1" not in text
        assert "localhost" not in text


def test_every_recording_is_described_and_replayed() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*_tapes.py"))
    for path in FILES:
        assert f'"{path.parent.name}/{path.stem}"' in tests
        assert f"| `{path.stem}` |" in (path.parent / "README.md").read_text("utf-8")
    assert len(FILES) >= 19


def test_a_recording_that_is_not_played_to_its_end_fails_the_test() -> None:
    with (
        pytest.raises(AssertionError, match="1 recorded calls were never made"),
        Tapes(recording=False)("zendesk/refused"),
    ):
        pass


def test_a_call_that_is_not_on_the_tape_reaches_nobody(tapes: Tapes) -> None:
    if tapes.recording:
        pytest.skip("the network is open while recording")
    with pytest.raises(CannotOverwriteExistingCassetteException), tapes("zendesk/refused"):
        httpx.get("https://acme.zendesk.com/")
    with socket.socket() as line, pytest.raises(RuntimeError, match="Network is disabled"):
        line.connect(("192.0.2.1", 80))  # an address that belongs to nobody


def test_a_python_object_in_a_recording_is_refused_and_not_made(tmp_path: Path) -> None:
    made = tmp_path / "made"
    hostile = f"interactions: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path [{made}]]\n"
    with pytest.raises(yaml.constructor.ConstructorError):
        yamlserializer.deserialize(hostile)
    assert not made.exists()


HOSTS = {"https://real-name.zendesk.com": "https://acme.zendesk.com", "real-name.zendesk.com": "acme.zendesk.com"}


def test_a_request_loses_its_credentials_and_its_host() -> None:
    request = SimpleNamespace(
        uri="https://real-name.zendesk.com/oauth?client_secret=canary&page%5Bsize%5D=2&email=jane@acme.test",
        headers={"Authorization": "Bearer canary", "Cookie": "s=canary", "Accept": "application/json"},
        body=b'{"scope": "read", "client_secret": "canary", "client_id": "c"}',
    )
    scrubbed = request_scrubber(HOSTS)(request)
    assert scrubbed.uri == (
        "https://acme.zendesk.com/oauth?client_secret=REDACTED&page%5Bsize%5D=2&email=person%40example.com"
    )
    assert scrubbed.headers == {"accept": "application/json"}
    assert scrubbed.body == b'{"client_id": "c", "client_secret": "REDACTED", "scope": "read"}'


@pytest.mark.parametrize(
    ("body", "left"), [(None, None), (b"", None), (b"\xff", b"REDACTED"), (b"a=canary", b"REDACTED")]
)
def test_a_body_that_is_no_json_is_not_kept(body: Any, left: Any) -> None:
    request = SimpleNamespace(uri="https://acme.zendesk.com/", headers={}, body=body)
    assert request_scrubber({})(request).body == left


@pytest.mark.parametrize("pack", [lambda body: body, gzip.compress], ids=["plain", "gzip"])
def test_an_answer_loses_hosts_addresses_and_numbers_packed_or_not(pack: Any) -> None:
    body = b'{"url": "https://real-name.zendesk.com/1", "email": "jane@acme.test", "phone": "+49 30 1234567"}'
    response = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Set-Cookie": ["s=canary"], "X-Request-Id": ["1"], "Retry-After": ["7"]},
        "body": {"string": pack(body)},
    }
    scrubbed = response_scrubber(HOSTS)(response)
    left = scrubbed["body"]["string"]
    assert scrubbed["headers"] == {"retry-after": ["7"]}
    assert json.loads(gzip.decompress(left) if left[:2] == b"\x1f\x8b" else left) == {
        "url": "https://acme.zendesk.com/1",
        "email": "person@example.com",
        "phone": "+00 000 000000",
    }


def test_of_a_real_account_no_text_is_left_but_the_vendors_own_words() -> None:
    real = {
        "id": 7,
        "requester_id": "64f0",
        "status": "open",
        "created_at": "2026-03-02T09:15:00Z",
        "subject": "Mira Ostler",
        "type": "call jane at home",  # a word of the vendor's never has a blank
        "tags": ["mira"],
        "via": {"channel": "email", "source": {"from": {"address": "mira@acme.test"}}},
        "custom_fields": [{"id": 1, "value": "gold", "new_member": "secret"}],
        "fields": {"author_id": "jane@acme.test"},
        "comment_count": 3,
        "public": True,
        "url": None,
    }
    assert anonymous(real) == {
        "id": 7,
        "requester_id": "64f0",
        "status": "open",
        "created_at": "2026-03-02T09:15:00Z",
        "subject": "xxxxxxxxxxx",
        "type": "xxxxxxxxxxxxxxxxx",
        "tags": ["xxxx"],
        "via": {"channel": "email", "source": {"from": {"address": "xxxxxxxxxxxxxx"}}},
        "custom_fields": [{"id": 1, "value": "xxxx", "new_member": "xxxxxx"}],
        "fields": {"author_id": "xxxxxxxxxxxxxx"},
        "comment_count": 3,
        "public": True,
        "url": None,
    }


def test_an_answer_of_a_real_account_that_is_no_json_is_not_kept() -> None:
    response = {"headers": {}, "body": {"string": b"<html>Mira Ostler</html>"}}
    assert response_scrubber({}, anonymous)(response)["body"] == {"string": b"REDACTED"}
