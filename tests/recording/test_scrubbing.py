"""What is no secret stays, and what is one goes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.recording.scrubbing import (
    HIDDEN,
    scrubbed,
    scrubbed_bytes,
    scrubbed_query,
    scrubbed_text,
)

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", "hello"),
        (f"see {TOKEN}!", f"see {HIDDEN}!"),
        (
            "Endpoint=http://x;AccessKey=abc;Version=1.0;",
            f"Endpoint=http://x;AccessKey={HIDDEN};Version=1.0;",
        ),
        ("Authorization: Bearer abcdefghij", f"Authorization: Bearer {HIDDEN}"),
        ("http://x/api/f?code=abc&a=b", f"http://x/api/f?code={HIDDEN}&a=b"),
        ("wss://x/?access_token=abc", f"wss://x/?access_token={HIDDEN}"),
        ("http://x/?a=b&sig=abc#f", f"http://x/?a=b&sig={HIDDEN}#f"),
        ("the code=42 is no query", "the code=42 is no query"),
    ],
)
def test_texts(text: str, expected: str) -> None:
    """Secrets that are known by their look."""
    assert scrubbed_text(text) == expected
    assert scrubbed_bytes(b"\xff" + text.encode()) == b"\xff" + expected.encode()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"password": "x", "user": "y"}, {"password": HIDDEN, "user": "y"}),
        ({"a": [{"Cookie": ["x", "y"]}]}, {"a": [{"Cookie": [HIDDEN, HIDDEN]}]}),
        ({"x-functions-key": "x"}, {"x-functions-key": HIDDEN}),
        ({"apiKey": 12345, "token": None}, {"apiKey": HIDDEN, "token": None}),
        ({"credentials": {"user": "x"}}, {"credentials": {"user": HIDDEN}}),
        ({"ce-signature": "sha256=x"}, {"ce-signature": HIDDEN}),
        ({"code": "unauthorized", "key": "up"}, {"code": "unauthorized", "key": "up"}),
        ([1, True, None, f"{TOKEN}"], [1, True, None, HIDDEN]),
    ],
)
def test_values(value: Any, expected: Any) -> None:
    """Secrets that are known by the names they go by, however deep they are."""
    assert scrubbed(value) == expected


def test_a_query_hides_more() -> None:
    """A code is one there."""
    query = {"code": ["x"], "sig": ["y"], "id": ["z"]}
    assert scrubbed_query(query) == {"code": [HIDDEN], "sig": [HIDDEN], "id": ["z"]}


@given(st.binary())
def test_bytes_without_secrets_stay(data: bytes) -> None:
    """Whatever they are; and once is enough."""
    once = scrubbed_bytes(data)
    assert scrubbed_bytes(once) == once
    if HIDDEN.encode() not in once:
        assert once == data
