"""The connection state: an opaque string to the service, a JSON object by the convention of the
SDKs.

On the wire it is base64 of a JSON object whose values are, in turn, base64 of JSON text (bindings
section 4.7).
"""

import base64
from collections.abc import Mapping
from typing import Any

import msgspec


def encode_states(states: Mapping[str, Any]) -> str:
    """The header value that stores these states. Raises TypeError when a value cannot be written as
    JSON."""
    return encode_raw_states({key: msgspec.json.encode(value) for key, value in states.items()})


def decode_states(connection_state: str | None) -> dict[str, Any]:
    """The states in a header value; empty when there are none.

    Members that are not base64 of JSON are dropped, and a value that is not the convention at all
    reads as empty, because the string belongs to the application and need not follow the
    convention.
    """
    states: dict[str, Any] = {}
    for key, value in decode_raw_states(connection_state).items():
        try:
            states[key] = msgspec.json.decode(value)
        except (ValueError, RecursionError):
            continue
    return states


def is_convention(connection_state: str) -> bool:
    """Whether a header value is base64 of a JSON object, whatever the members of that hold."""
    return _read_object(connection_state) is not None


def encode_raw_states(states: Mapping[str, bytes | msgspec.Raw]) -> str:
    """The header value that stores these states, whose values are JSON text already."""
    inner = {key: base64.b64encode(value).decode() for key, value in states.items()}
    return base64.b64encode(msgspec.json.encode(inner)).decode()


def decode_raw_states(connection_state: str | None) -> dict[str, bytes]:
    """The states in a header value as they are stored, whatever they hold; those that are not
    base64 are dropped."""
    states: dict[str, bytes] = {}
    for key, value in _decode_object(connection_state).items():
        try:
            states[key] = base64.b64decode(value, validate=True)
        except (TypeError, ValueError):
            continue
    return states


def _decode_object(connection_state: str | None) -> dict[str, Any]:
    return (_read_object(connection_state) or {}) if connection_state else {}


def _read_object(connection_state: str) -> dict[str, Any] | None:
    try:
        decoded = msgspec.json.decode(base64.b64decode(connection_state, validate=True))
    except (ValueError, RecursionError):  # binascii.Error and msgspec.DecodeError are ValueErrors
        return None
    return decoded if isinstance(decoded, dict) else None
