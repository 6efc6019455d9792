"""A certificate that nobody we trust has signed ends the conversation, whatever the environment says."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("cryptography", reason="makes the certificate of the impostor")
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.protocol import Request
from clonedesk_connectors.transport import Failure, Transport, TransportFailed
from clonedesk_connectors.transport.httpx_ import HttpxTransport, LentClient
from clonedesk_connectors.transport.requests_ import LentSession
from tests.sdk.lent import close

GET = Request("s", "/", "b")
KEY = {"authorization": "Bearer canary"}
SWITCHES = {
    "PYTHONHTTPSVERIFY": "0",
    "CURL_CA_BUNDLE": "",
    "REQUESTS_CA_BUNDLE": "",
    "SSL_CERT_FILE": "",
    "SSL_CERT_DIR": "",
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    "GIT_SSL_NO_VERIFY": "1",
}


class Impostor(NamedTuple):
    """A TLS server with a certificate of its own making. heard: every request that came through."""

    url: str
    certificate: Path
    heard: list[str]


def certificate_file(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "impostor.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(scope="module")
def impostor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Impostor]:
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers.as_string())
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    class Server(HTTPServer):
        def handle_error(self, *_: Any) -> None:
            """A client that turns away is what we want."""

    path = certificate_file(tmp_path_factory.mktemp("tls"))
    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Impostor(f"https://localhost:{server.server_port}", path, heard)
    server.shutdown()
    thread.join()
    server.server_close()


def transports(url: str) -> list[tuple[Transport, Any]]:
    import httpx
    import requests

    session, client, async_client = requests.Session(), httpx.Client(), httpx.AsyncClient()
    return [
        (HttpxTransport(url, connections=1), None),
        (LentSession(session, url), session),
        (LentClient(client, url, dict), client),
        (LentClient(async_client, url, dict), async_client),
    ]


@pytest.mark.parametrize("number", range(4), ids=["ours", "requests", "httpx", "async httpx"])
async def test_no_switch_in_the_environment_makes_us_trust_an_impostor(
    number: int, impostor: Impostor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SWITCHES.items():
        monkeypatch.setenv(name, value)
    impostor.heard.clear()
    transport, client = transports(impostor.url)[number]
    with pytest.raises(TransportFailed) as caught:
        await transport.send(GET, KEY)
    await transport.aclose()
    if client is not None:
        await close(client)
    assert caught.value.reason is Failure.UNTRUSTED
    assert impostor.heard == []


async def test_a_root_that_the_owner_of_the_machine_names_is_trusted(
    impostor: Impostor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the test above fails for the right reason."""
    monkeypatch.setenv("SSL_CERT_FILE", str(impostor.certificate))
    transport = HttpxTransport(impostor.url, connections=1)
    assert (await transport.send(GET, KEY)).status == 200
    await transport.aclose()


async def test_a_program_cannot_hand_over_a_session_that_trusts_everybody() -> None:
    import requests

    session = requests.Session()
    session.verify = False
    transport = LentSession(session, "https://acme.example.com")
    with pytest.raises(ConfigError, match="verifies no certificates"):
        await transport.send(GET, KEY)
    await transport.aclose()
