"""Requests to the host.

Specification: functions-python section 5.2.
"""

import pytest

from webpubsub.host.extensions.http.bodies import WholeBody
from webpubsub.host.extensions.http.requests import LOWERED, Request
from webpubsub.protocol.cloud_events.wire import Named

FIELDS = ((b"hOST", b"h"), (b"X-a", b"1\xff"), (b"x-A", b"2"))
NAMED: Named = {"host": "h", "x-a": ["1", "2"]}


def _request(query: str = "") -> Request:
    return Request("GET", "/a%20b", query, "h:1", FIELDS, NAMED, WholeBody())


def test_the_address_is_as_it_was_sent() -> None:
    """Without a question mark that asks nothing."""
    assert _request().url == "http://h:1/a%20b"
    assert _request("c=%20").url == "http://h:1/a%20b?c=%20"


def test_headers() -> None:
    """Those that are well known are spelled so, and bytes that are no text are replaced."""
    assert _request().lines == [("Host", "h"), ("X-a", "1\ufffd"), ("x-A", "2")]
    firsts = [_request().first(name) for name in ("HOST", "X-A", "x-b")]
    assert firsts == ["h", "1", None]


def test_there_is_not_always_a_stream() -> None:
    """Nobody asks for one where the answer is sent in one piece."""
    with pytest.raises(RuntimeError, match="is sent in one piece"):
        _ = _request().stream


def test_names_are_kept_within_bounds() -> None:
    """However many a client invents."""
    for number in range(2000):
        assert LOWERED[b"X-%d" % number] == f"x-{number}"
    assert len(LOWERED) <= 512
