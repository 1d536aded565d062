"""The cookies of one connection. Specification: upstream-events section 8."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.webhooks.cookies import MAX_COOKIES, cookie_header, keep, parse

NOW = 1_790_000_000.0
URL = "http://app.example.com/eh/chat/connect?code=1"


def sent(set_cookies: list[str], url: str, *, at: str = URL, later: float = 0) -> str | None:
    """What a request to ``url`` carries after an answer from ``at``."""
    jar: dict[str, str] = {}
    keep(jar, set_cookies, at, NOW)
    return cookie_header(jar, url, NOW + later)


@pytest.mark.parametrize(
    ("set_cookie", "url", "header"),
    [
        ("a=1", "http://app.example.com/eh/chat/hi", "a=1"),
        ("a=1", "http://app.example.com/eh/chat", "a=1"),
        ("a=1", "http://app.example.com/eh/other/hi", None),
        ("a=1", "http://APP.example.com:8080/eh/chat/hi", "a=1"),
        ("a=1", "http://sub.app.example.com/eh/chat/hi", None),
        ("a=1; Path=/", "http://app.example.com/x", "a=1"),
        ("a=1; Path=/eh", "http://app.example.com/ehx", None),
        ("a=1; Path=/eh/", "http://app.example.com/eh/x", "a=1"),
        ("a=1; Path=x", "http://app.example.com/eh/chat/hi", "a=1"),
        ("a=1; Domain=example.com; Path=/", "http://other.example.com/", "a=1"),
        ("a=1; Domain=.Example.COM; Path=/", "http://example.com/", "a=1"),
        ("a=1; Domain=example.com; Path=/", "http://badexample.com/", None),
        ("a=1; Domain=other.com; Path=/", "http://other.com/", None),
        ("a=1; Domain=; Path=/", "http://app.example.com/", "a=1"),
        ("a=1; Secure; Path=/", "http://app.example.com/", None),
        ("a=1; HttpOnly; SameSite=None; Path=/", "http://app.example.com/", "a=1"),
        ('a="x y=z"; Path=/', "http://app.example.com/", 'a="x y=z"'),
        ("a=; Path=/", "http://app.example.com/", "a="),
        ("=1; Path=/", "http://app.example.com/", None),
        ("a; Path=/", "http://app.example.com/", None),
        ("a=\x01; Path=/", "http://app.example.com/", None),
        ("a=é; Path=/", "http://app.example.com/", None),
        ("a=" + "x" * 5000 + "; Path=/", "http://app.example.com/", None),
    ],
)
def test_where_a_cookie_goes(set_cookie: str, url: str, header: str | None) -> None:
    """Domain and path decide, and a cookie without them stays with its host and directory."""
    assert sent([set_cookie], url) == header


@pytest.mark.parametrize(
    ("attribute", "later", "is_sent"),
    [
        ("", 10**9, True),
        ("Max-Age=60", 59, True),
        ("Max-Age=60", 60, False),
        ("Max-Age=0", 0, False),
        ("Max-Age=-1", 0, False),
        ("Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 59, True),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT", 0, False),
        ("Expires=Mon, 21 Sep 2026 14:14:20 GMT", 59, True),
        ("Expires=Mon, 21 Sep 2026 14:14:20 GMT", 61, False),
        ("Expires=never", 10**9, True),
        ("Max-Age=soon", 10**9, True),
        ("Max-Age=" + "9" * 400, 10**9, True),
    ],
)
def test_how_long_a_cookie_lives(attribute: str, later: float, is_sent: bool) -> None:
    """Max-Age counts before Expires, and one that cannot be read lives as long as the
    connection."""
    header = sent([f"a=1; Path=/; {attribute}"], "http://app.example.com/", later=later)
    assert header == ("a=1" if is_sent else None)


def test_secure_cookies() -> None:
    """A secure cookie is set and sent over TLS only."""
    at = "https://app.example.com/"
    assert sent(["a=1; Secure"], at, at=at) == "a=1"
    assert sent(["a=1; Secure"], "http://app.example.com/", at=at) is None


def test_addresses_have_no_subdomains() -> None:
    """An IP address is only ever itself."""
    at = "http://127.0.0.1:8080/"
    assert sent(["a=1"], "http://127.0.0.1/", at=at) == "a=1"
    assert sent(["a=1; Domain=0.0.1"], "http://127.0.0.1/", at=at) is None


def test_a_cookie_replaces_the_one_of_its_name() -> None:
    """Same name, domain and path is the same cookie; an expired one removes it."""
    jar: dict[str, str] = {}
    keep(jar, ["a=1; Path=/", "b=2; Path=/eh", "a=3; Path=/"], URL, NOW)
    assert cookie_header(jar, URL, NOW) == "b=2; a=3"
    keep(jar, ["a=; Path=/; Max-Age=0"], URL, NOW)
    assert cookie_header(jar, URL, NOW) == "b=2"


def test_a_connection_has_room_for_so_many() -> None:
    """The oldest cookie makes room."""
    jar: dict[str, str] = {}
    keep(jar, [f"c{number}=1" for number in range(MAX_COOKIES + 5)], URL, NOW)
    assert len(jar) == MAX_COOKIES
    header = cookie_header(jar, URL, NOW) or ""
    assert "c4=1" not in header.split("; ")
    assert "c5=1" in header.split("; ")


@given(st.text())
def test_any_header_is_a_cookie_or_none(header: str) -> None:
    """Nothing a webhook sets breaks out of the header it comes back in."""
    cookie = parse(header, URL, NOW)
    if cookie is not None:
        assert not {";", "\r", "\n"} & {*cookie.name, *cookie.value}
        assert cookie.name
