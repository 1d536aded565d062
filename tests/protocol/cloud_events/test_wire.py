"""Values of requests and answers, and the reading of headers."""

import pytest

from webpubsub.protocol.cloud_events.wire import (
    Headers,
    NamedHeaders,
    ReceivedHeaders,
    WebhookAnswer,
    by_name,
    last_value,
    media_type,
    values,
)

HEADERS = [("ce-Id", "1"), ("X", "y"), ("CE-ID", "2")]


def test_headers_are_found_in_any_letter_case() -> None:
    """All values of a header are found in order, and the last one can be had alone."""
    assert values(HEADERS, "ce-id") == ["1", "2"]
    assert last_value(HEADERS, "Ce-iD") == "2"
    assert last_value(HEADERS, "absent") is None


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/plain", "text/plain"),
        ("Text/PLAIN ; charset=UTF-8", "text/plain"),
        ("application/json;", "application/json"),
        ("", ""),
    ],
)
def test_media_type(content_type: str, expected: str) -> None:
    """Parameters, blanks and letter case do not count."""
    assert media_type(content_type) == expected


@pytest.mark.parametrize(
    ("status", "succeeded"), [(199, False), (200, True), (204, True), (299, True), (300, False)]
)
def test_success(status: int, succeeded: bool) -> None:
    """Every 2xx is a success and nothing else is."""
    assert WebhookAnswer(status=status).succeeded is succeeded


def test_received_headers() -> None:
    """A mapping like any other, by the first spelling of each name."""
    lines = [("A-b", "1"), ("Host", "h"), ("a-B", "2"), ("Age", "3")]
    headers = ReceivedHeaders(lines, without=frozenset({"age"}))
    assert headers == {"A-b": ["1", "2"], "Host": ["h"]}
    assert list(headers) == ["A-b", "Host"]
    assert len(headers) == 2
    assert repr(headers) == "{'A-b': ['1', '2'], 'Host': ['h']}"
    assert headers.get("a-b") is None


def test_headers_by_name() -> None:
    """One value of each, or all where there are several."""
    more = [*HEADERS, ("ce-id", "3")]
    assert by_name(HEADERS) == {"ce-id": ["1", "2"], "x": "y"}
    assert by_name(more) == {"ce-id": ["1", "2", "3"], "x": "y"}


def test_headers_that_are_known_by_name() -> None:
    """Their lines are read when somebody asks, and once."""
    reads = 0

    def read() -> Headers:
        nonlocal reads
        reads += 1
        return [("A-b", "1"), ("Host", "h")]

    headers = NamedHeaders({"a-b": "1", "host": "h"}, read)
    assert by_name(headers) == {"a-b": "1", "host": "h"}
    assert reads == 0
    assert len(headers) == 2
    assert [*headers] == [headers[0], *headers[1:]] == [("A-b", "1"), ("Host", "h")]
    assert values(headers, "HOST") == ["h"]
    assert reads == 1


@pytest.mark.parametrize("is_named", [True, False])
def test_some_of_the_headers_that_were_received(is_named: bool) -> None:
    """By their names in lower case, all values of each."""
    lines = [("A-b", "1"), ("Host", "h")]
    known = NamedHeaders({"a-b": "1", "host": "h"}, lambda: lines)
    headers = ReceivedHeaders(known if is_named else [*lines, ("a-B", "2")])
    repeated = [] if is_named else [("a-b", "2")]
    assert headers.of(("a-b", "absent")) == [("a-b", "1"), *repeated]
