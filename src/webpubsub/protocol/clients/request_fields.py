"""What the fields of a request may hold, in whatever client protocol it is written.

Specification: client-protocols sections 5.1 to 5.4, 8.2 and 9.4.
"""

from collections.abc import Mapping

import msgspec

from webpubsub.protocol.clients.json_nesting import is_deeper
from webpubsub.protocol.group_states import state_problem
from webpubsub.protocol.message_metadata import metadata_problem
from webpubsub.protocol.names import is_event_name, is_group_name
from webpubsub.protocol.serialized_any import is_serialized_any

MAX_ACK_ID = 2**64 - 1
MAX_DEPTH = 64
MAX_TTL_SECONDS = 300
MAX_ID_LENGTH = 1024


class InvalidRequest(Exception):
    """A message is not a request; the text says what was seen instead."""


def group_name(name: str) -> str:
    """The name of a group. Raises InvalidRequest."""
    if not is_group_name(name):
        raise InvalidRequest("a group name that is not 1 to 1024 characters or is blank")
    return name


def event_name(name: str) -> str:
    """The name of a user event. Raises InvalidRequest."""
    if not is_event_name(name):
        raise InvalidRequest(
            "an event name that is not a letter and up to 127 of A-Z a-z 0-9 _ . -"
        )
    return name


def client_id(text: str) -> str:
    """An id that the client has chosen. Raises InvalidRequest."""
    if not 0 < len(text) <= MAX_ID_LENGTH:
        raise InvalidRequest(f"an id that is not 1 to {MAX_ID_LENGTH} characters")
    return text


def stream_id(text: str) -> str:
    """The id of a stream, which is not too long to be answered. Raises InvalidRequest."""
    if not text:
        raise InvalidRequest("an empty stream id")
    return text


def sequence_id(number: int) -> int:
    """The number of a message or a fragment. Raises InvalidRequest."""
    if not 0 <= number <= MAX_ACK_ID:
        raise InvalidRequest("a sequence id out of range")
    return number


def message_metadata(metadata: Mapping[str, str]) -> Mapping[str, str]:
    """The metadata of a message. Raises InvalidRequest."""
    problem = metadata_problem(metadata)
    if problem:
        raise InvalidRequest(problem)
    return metadata


def group_state(state: Mapping[str, str]) -> Mapping[str, str]:
    """What a client shows of itself in a group. Raises InvalidRequest."""
    problem = state_problem(state)
    if problem:
        raise InvalidRequest(problem)
    return state


def check_depth(json_text: bytes) -> None:
    """At most 64 levels of nesting, counted before anything recursive looks at the text. Raises
    InvalidRequest."""
    # In a short text, as an acknowledgement is, there is no room for more.
    if len(json_text) > MAX_DEPTH and is_deeper(json_text, MAX_DEPTH):
        raise InvalidRequest(f"more than {MAX_DEPTH} levels of nesting")


def json_data(text: str) -> bytes:
    """The UTF-8 bytes of JSON in its text form, which JSON clients can be sent as they are; not of
    null, which ends some of these clients. Raises InvalidRequest."""
    data = text.encode()
    check_depth(data)
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except msgspec.DecodeError:
        raise InvalidRequest("data of the type json that is not JSON") from None
    if data.strip() == b"null":
        raise InvalidRequest("data that is null")
    return data


def serialized_any(data: bytes) -> bytes:
    """A serialized ``google.protobuf.Any``. Raises InvalidRequest."""
    if not is_serialized_any(data):
        raise InvalidRequest("data that is not a serialized google.protobuf.Any")
    return data
