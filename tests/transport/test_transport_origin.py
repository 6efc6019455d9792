from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clonedesk_connectors.errors import ConfigError, ForeignOrigin, RequestRejected
from clonedesk_connectors.protocol import Request
from clonedesk_connectors.transport.origin import Origin, checked_headers

ACME = Origin.of("https://acme.example.com")
LOCAL = Origin.of("http://127.0.0.1:8080/")


def request(path: str = "/api", **fields: Any) -> Request:
    return Request("s", path, "account", **fields)


@pytest.mark.parametrize(
    ("base_url", "url", "loopback"),
    [
        ("https://acme.example.com", "https://acme.example.com", False),
        ("https://acme.example.com:8443/", "https://acme.example.com:8443", False),
        ("https://[2001:db8::1]", "https://[2001:db8::1]", False),
        ("http://localhost:9000", "http://localhost:9000", True),
        ("http://127.0.0.9", "http://127.0.0.9", True),
        ("http://[::1]:80", "http://[::1]:80", True),
    ],
)
def test_a_base_url_is_a_bare_origin(base_url: str, url: str, loopback: bool) -> None:
    assert Origin.of(base_url) == Origin(url, loopback)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://acme.example.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "ftp://acme.example.com",
        "//acme.example.com",
        "acme.example.com",
        "",
        "https://",
        "https://acme.example.com/api",
        "https://acme.example.com?x=1",
        "https://evil.example/#.acme.example.com",
        "https://evil.example#",
        "https://evil.example\\@acme.example.com",
        "https://user:pass@acme.example.com",
        "https://acme.example.com@evil.example",
        "https://acme.example.com\r\nX-Evil: 1",
        "https://acme.example.com\n",
        "https://acme .example.com",
        "https://acme..example.com",
        "https://-acme.example.com",
        "https://acme.example.com.",
        "https://аcme.example.com",  # a Cyrillic a
        "https://acme%2eexample.com",
        "https://" + "a" * 64 + ".example.com",
        "https://acme.example.com:99999",
        "https://acme.example.com:",
        "https://[::zz]",
        "https://[1:2]",
        "https://[127.0.0.1",
    ],
)
def test_anything_else_is_no_base_url_and_is_not_repeated_in_the_message(base_url: str) -> None:
    with pytest.raises(ConfigError) as error:
        Origin.of(base_url)
    assert "acme" not in str(error.value)


def test_parameters_are_encoded_whatever_they_hold() -> None:
    params = (("page[size]", "100"), ("cursor", "a+b/c=&d #é\r\nHost: evil.example"))
    assert ACME.address(request("/api/v2/x", params=params)) == (
        "https://acme.example.com/api/v2/x?page%5Bsize%5D=100&cursor="
        "a%2Bb%2Fc%3D%26d%20%23%C3%A9%0D%0AHost%3A%20evil.example"
    )


@pytest.mark.parametrize(
    "path",
    [
        "", "api", "//evil.example/x", "/\\evil.example", "\\\\evil.example", "/a//b", "/a?b=c", "/a#b", "/a b",
        "/a\r\nHost: evil.example", "/a\n", "/a\x00", "/é", "/../x", "/a/..", "/a/./b", "/a/%2e%2E/b", "/%", "/%zz",
        "@evil.example/", ":80@evil.example/", ".evil.example/x", "https://evil.example/",
    ],
)  # fmt: skip
def test_a_path_that_could_lead_away_is_refused(path: str) -> None:
    with pytest.raises(ForeignOrigin) as error:
        ACME.address(request(path))
    assert "evil" not in str(error.value)


@pytest.mark.parametrize("path", ["/", "/a", "/a/", "/a/b.json", "/users/me@x", "/a/..b/c..", "/id/%E2%82%AC", "/a:b"])
def test_an_ordinary_path_stays_as_it_is(path: str) -> None:
    assert ACME.address(request(path)) == f"https://acme.example.com{path}"


@given(
    path=st.text(max_size=30) | st.text("/\\@:.%2eE#?é a", max_size=20),
    params=st.lists(st.tuples(st.text(), st.text())),
)
def test_no_path_and_no_parameter_moves_a_request_to_another_host(path: str, params: list[tuple[str, str]]) -> None:
    try:
        url = ACME.address(request("/" + path, params=tuple(params)))
    except (ForeignOrigin, RequestRejected):
        return
    for read in (urlsplit(url), httpx.URL(url)):
        assert (read.scheme, getattr(read, "hostname", None) or read.host) == ("https", "acme.example.com")
        assert read.fragment == ""
    assert httpx.URL(url).raw_path.split(b"?")[0].decode() == "/" + path
    assert parse_qsl(urlsplit(url).query, keep_blank_values=True) == params


def test_a_parameter_that_is_no_text_is_refused_without_being_shown() -> None:
    with pytest.raises(RequestRejected, match="not valid text"):
        ACME.address(request(params=(("q", "\ud800"),)))


@pytest.mark.parametrize("method", ["get", "GET ", "GET\r\n", "", "G"])
def test_only_an_http_method_is_a_method(method: str) -> None:
    with pytest.raises(RequestRejected):
        ACME.address(request(method=method))


@pytest.mark.parametrize(
    "url",
    [
        "https://bucket.s3.example.com/a/b%20c.json?X-Sig=ab%2F%3D+~&e=1",
        "https://files.example.com",
        "https://files.example.com:8443/x?a[0]=/b?c",
    ],
)
def test_a_signed_file_is_fetched_from_its_own_host(url: str) -> None:
    assert ACME.address(request("", external_url=url)) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/x",
        "http://127.0.0.1/admin",
        "http://localhost:6379/",
        "file:///etc/passwd",
        "//files.example.com/x",
        "https://user:pass@files.example.com/x",
        "https://files.example.com\\@evil.example/x",
        "https://files.example.com/x y",
        "https://files.example.com/x\r\nHost: evil.example",
        "https://files.example.com/x#fragment",
        "https://[::zz]/x",
        "",
    ],
)
def test_any_other_address_of_a_file_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ForeignOrigin) as error:
        ACME.address(request("", external_url=url))
    assert "files" not in str(error.value)


def test_only_an_account_on_this_machine_may_name_files_on_this_machine() -> None:
    assert LOCAL.address(request("", external_url="http://localhost:99/f")) == "http://localhost:99/f"
    with pytest.raises(ForeignOrigin):
        LOCAL.address(request("", external_url="http://files.example.com/f"))


def test_later_headers_win_and_names_are_lower_case() -> None:
    assert checked_headers({"Accept": "a", "X": "1"}, (("ACCEPT", "b"),), {"x": ""}) == {"accept": "b", "x": ""}


@pytest.mark.parametrize(
    "value",
    ["s3cret\r\nX-Evil: 1", "s3cret\n", "s3cret\x00", "\ts3cret", " s3cret", "s3cret ", "s3crét", "s3cret\ud800"],
)
def test_a_header_value_that_cannot_be_sent_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(RequestRejected) as error:
        checked_headers({"authorization": value})
    assert str(error.value) == "header 'authorization' holds a character that cannot be sent; nothing sent"


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\n", "é", "Host", "content-length", "Transfer-Encoding"])
def test_a_header_that_says_where_a_request_goes_or_ends_is_refused(name: str) -> None:
    with pytest.raises(RequestRejected):
        checked_headers({name: "x"})
