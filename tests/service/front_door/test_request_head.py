"""The request line and headers of a handshake."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webpubsub.service.front_door.request_head import (
    RequestHead,
    gather,
    gather_headers,
    parse_head,
)


def head(target: str = "/", *headers: tuple[str, str]) -> RequestHead:
    return RequestHead(method="GET", target=target, version="HTTP/1.1", headers=headers)


def test_a_head() -> None:
    """Method, target, version and headers as they were sent; blanks around values do not count."""
    data = b"GET /client?hub=a HTTP/1.1\r\nHost:  h \r\nX-A: 1\r\nx-a: 2"
    assert parse_head(data) == RequestHead(
        method="GET",
        target="/client?hub=a",
        version="HTTP/1.1",
        headers=(("Host", "h"), ("X-A", "1"), ("x-a", "2")),
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "request line"),
        (b"GET /", "request line"),
        (b"GET / HTTP/2.0", "request line"),
        (b"GET  / HTTP/1.1", "request line"),
        (b"G\xc3\xa9T / HTTP/1.1", "request line"),
        (b"\x16\x03\x01\x02", "request line"),
        (b"GET /a\nb HTTP/1.1", "control character"),
        (b"GET /a\tb HTTP/1.1", "control character"),
        (b"GET http://[ HTTP/1.1", "not a URL"),
        (b"GET / HTTP/1.1\r\nno-colon", "a name and a colon"),
        (b"GET / HTTP/1.1\r\nName : value", "a name and a colon"),
        (b"GET / HTTP/1.1\r\nA: 1\r\n folded", "a name and a colon"),
        (b"GET / HTTP/1.1\r\n: nameless", "a name and a colon"),
        (b"GET / HTTP/1.1\r\nA: 1\nB: 2", "header 'A' holds a control character"),
        (b"GET / HTTP/1.1\r\nA: \x00", "header 'A' holds a control character"),
    ],
)
def test_what_is_not_a_head(data: bytes, problem: str) -> None:
    """Whatever two readers might understand differently is refused, and the error says what."""
    with pytest.raises(ValueError, match=problem):
        parse_head(data)


@pytest.mark.parametrize(
    ("target", "path", "segments", "query"),
    [
        ("/", "/", ("",), ()),
        ("/client/hubs/a%60b?x=1&x=2&y", "/client/hubs/a%60b", ("client", "hubs", "a`b"),
         (("x", "1"), ("x", "2"), ("y", ""))),
        ("http://h:1/client?hub=c", "/client", ("client",), (("hub", "c"),)),
        ("/a?b=%C3%A9+%2B", "/a", ("a",), (("b", "é +"),)),
        ("*", "*", (), ()),
    ],
)  # fmt: skip
def test_target(
    target: str, path: str, segments: tuple[str, ...], query: tuple[tuple[str, str], ...]
) -> None:
    """The path stays as it was sent, segments and query are decoded."""
    read = head(target)
    assert (read.path, read.segments, read.query) == (path, segments, query)


def test_headers_are_found_in_any_letter_case() -> None:
    """A header that repeats is one list."""
    read = head("/", ("Connection", "keep-alive"), ("CONNECTION", "Upgrade, ,x"))
    assert read.header("connection") == "keep-alive, Upgrade, ,x"
    assert read.header_tokens("Connection") == ("keep-alive", "Upgrade", "x")
    assert read.header("Missing") == ""
    assert read.header_tokens("Missing") == ()


def test_gathering() -> None:
    """Pairs of one name become one list; header names are one name in any letter case."""
    pairs = (("A", "1"), ("b", "2"), ("a", "3"))
    assert gather(pairs) == {"A": ["1"], "b": ["2"], "a": ["3"]}
    assert gather_headers(pairs) == {"A": ["1", "3"], "b": ["2"]}


@given(st.binary(max_size=300))
@example(b"GET //[x HTTP/1.1")
@example(b"GET http://\xe2\x84\x80/ HTTP/1.1")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing but ValueError ever comes out of the parser, nor of the parts of what it made."""
    try:
        read = parse_head(data)
    except ValueError:
        return
    assert len(read.segments) == read.path.count("/")
    assert all(len(pair) == 2 for pair in read.query)


@given(st.text(), st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_any_request_line_is_read_or_refused(target: str, headers: list[tuple[str, str]]) -> None:
    """A request that is nearly right is read as it was sent, or refused."""
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    try:
        read = parse_head("\r\n".join(lines).encode("utf-8", errors="surrogatepass"))
    except ValueError:
        return
    assert read.target.isprintable() or not read.target.isascii()
    assert all(value == value.strip(" \t") for _, value in read.headers)
    assert read.path in read.target
