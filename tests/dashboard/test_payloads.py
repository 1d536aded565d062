"""Payloads as the page gets them."""

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.dashboard.payloads import (
    PREVIEW_CHARACTERS,
    SHOWN_BYTES,
    preview,
    shown_bytes,
    shown_payload,
)
from webpubsub.protocol.messages import DataType, Message


@pytest.mark.parametrize("data_type", [DataType.TEXT, DataType.JSON])
def test_text_is_text(data_type: DataType) -> None:
    """With its metadata, and its size in bytes."""
    shown = shown_payload(Message(data_type, "ü".encode(), {"a": "b"}))
    assert (shown.kind, shown.text, shown.base64, shown.size) == (data_type, "ü", None, 2)
    assert shown.metadata == {"a": "b"}


def test_what_calls_itself_text_and_is_not() -> None:
    """Is shown as the bytes that it is."""
    shown = shown_payload(Message(DataType.TEXT, b"\xff\xfe"))
    assert shown.text is None
    assert b64decode(shown.base64 or "") == b"\xff\xfe"


@given(st.binary(max_size=200))
def test_bytes_stay_what_they_are(data: bytes) -> None:
    """Nothing of them is lost on the way to the page."""
    shown = shown_bytes(data)
    assert b64decode(shown.base64 or "") == data
    assert shown.size == len(data)


@pytest.mark.parametrize("letter", ["x", "é", "€", "😀"])
def test_a_long_text_is_cut_between_characters(letter: str) -> None:
    """The page gets its beginning, and is told how long it is."""
    data = letter.encode() * SHOWN_BYTES
    shown = shown_payload(Message(DataType.TEXT, b"." + data))
    assert shown.size == len(data) + 1
    assert shown.text is not None
    assert set(shown.text[1:]) == {letter}
    assert SHOWN_BYTES - 4 < len(shown.text.encode()) <= SHOWN_BYTES


def test_a_preview_is_one_short_line() -> None:
    """Of text its first words, of bytes their first digits."""
    assert preview(Message(DataType.TEXT, b"a\n  b\tc")) == "a b c"
    assert len(preview(Message(DataType.JSON, b"[" + b"1," * 1000))) == PREVIEW_CHARACTERS
    assert preview(Message(DataType.BINARY, b"\x00\xff")) == "00 ff"
