"""What the fields of a request may hold. Specification: client-protocols sections 5.1 to 5.3
and 9.4."""

import json
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from google.protobuf.any_pb2 import Any
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients.request_fields import (
    InvalidRequest,
    check_depth,
    event_name,
    group_name,
    group_state,
    json_data,
    message_metadata,
    serialized_any,
)

ANY = Any(type_url="type.googleapis.com/a.B", value=b"\x08\x01").SerializeToString()


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (group_name, "room"),
        (group_name, " a "),
        (group_name, "g" * 1024),
        (event_name, "a"),
        (event_name, "a_.-9"),
        (message_metadata, {}),
        (message_metadata, {"Trace": "1"}),
        (group_state, {}),
        (group_state, {"a b": "é"}),
        (serialized_any, b""),
        (serialized_any, ANY),
        (serialized_any, ANY + b"\x18\x01"),
    ],
)
def test_what_is_allowed(check: Callable[[object], object], value: object) -> None:
    """What may be there is handed back as it is."""
    assert check(value) is value


@pytest.mark.parametrize(
    "text", ["[null]", ' {"a" : [1e3, "\\u0000"]}\n', "[" * 64 + "]" * 64, '"é\\ud83d\\ude00"']
)
def test_json_is_kept(text: str) -> None:
    """JSON is not written anew."""
    assert json_data(text) == text.encode()


@pytest.mark.parametrize(
    ("check", "value", "seen"),
    [
        (group_name, "", "a group name"),
        (group_name, " \t", "a group name"),
        (group_name, "g" * 1025, "a group name"),
        (event_name, "", "an event name"),
        (event_name, "1a", "an event name"),
        (event_name, "a b", "an event name"),
        (message_metadata, {"a b": ""}, "a metadata key"),
        (message_metadata, {"a": "é"}, "the metadata 'a'"),
        (group_state, {"": "x"}, "a key of a state"),
        (json_data, "", "not JSON"),
        (json_data, "{", "not JSON"),
        (json_data, " null\n", "null"),
        (json_data, "hello", "not JSON"),
        (json_data, "1 2", "not JSON"),
        (json_data, '"\\ud800"', "not JSON"),
        (json_data, "\ufeff1", "not JSON"),
        (json_data, "[" * 65 + "]" * 65, "more than 64 levels"),
        (json_data, "[" * 500_000, "more than 64 levels"),
        (serialized_any, b"\n\x01", "google.protobuf.Any"),
        (serialized_any, b"hello", "google.protobuf.Any"),
        (serialized_any, b"\n\x01\xff", "google.protobuf.Any"),
    ],
)
def test_what_is_refused(check: Callable[[object], object], value: object, seen: str) -> None:
    """What may not be there is named."""
    with pytest.raises(InvalidRequest, match=seen):
        check(value)


@pytest.mark.parametrize("opening", [b"[", b'{"":'])
def test_depth(opening: bytes) -> None:
    """At most 64 levels, of which the shortest text has no byte but the brackets."""
    check_depth(opening * 64)
    with pytest.raises(InvalidRequest, match="more than 64 levels of nesting"):
        check_depth(opening * 65)


def test_depth_takes_no_longer_than_reading() -> None:
    """Brackets in strings do not count, and no text makes the count slow."""
    check_depth(json.dumps(["[{" * 40, '"[' * 40]).encode())
    started = time.process_time()
    for hostile in (b'"' * 1_000_000 + b"[" * 65, b"\\" * 1_000_000 + b"[" * 65):
        with pytest.raises(InvalidRequest):
            check_depth(hostile)
    assert time.process_time() - started < 5


@given(st.text() | st.text(alphabet='[]{}",:0\\u '))
def test_what_passes_is_json(text: str) -> None:
    """Nothing gets through that the standard library would not read."""
    try:
        json_data(text)
    except InvalidRequest:
        return
    json.loads(text)


@given(st.binary())
def test_what_passes_is_an_any(data: bytes) -> None:
    """Nothing gets through that the protobuf runtime would not read."""
    try:
        serialized_any(data)
    except InvalidRequest:
        return
    Any.FromString(data)


def test_protobuf_is_loaded_by_need() -> None:
    """Who speaks JSON only does not load the protobuf runtime."""
    code = "import sys, webpubsub.protocol.clients.json; sys.exit('google.protobuf' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
