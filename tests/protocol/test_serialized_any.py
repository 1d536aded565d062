"""What is a serialized Any. Specification: client-protocols section 4."""

import pytest
from google.protobuf.any_pb2 import Any
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.serialized_any import is_serialized_any


@given(st.text(), st.binary())
def test_what_is_packed_is_an_any(type_url: str, value: bytes) -> None:
    """Whatever the address of its type, and whatever it holds."""
    assert is_serialized_any(Any(type_url=type_url, value=value).SerializeToString())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", True),
        (b"\x18\x01", True),
        (b"hello", False),
        (b"\n\x01", False),
        (b"\n\x01\xff", False),
        (b"\xff", False),
    ],
)
def test_other_bytes(data: bytes, expected: bool) -> None:
    """An empty Any and unknown members do no harm; what ends early, and what is no text, does."""
    assert is_serialized_any(data) is expected
