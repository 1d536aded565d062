"""What responses and actions have in common: they are the JSON objects the service's binding reads.

They are ``dict`` subclasses with exactly its keys, so that every version of the Python worker can
encode them, with or without a converter of ours, and they are checked when they are made, where the
mistake is, rather than when the host has swallowed them. Specification: bindings sections 5 and 8.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self, TypeAlias

import msgspec

from webpubsub.protocol.call_mistakes import call_mistake
from webpubsub.protocol.messages import DataType
from webpubsub.protocol.spelling import did_you_mean, listed

DataTypeName: TypeAlias = DataType | Literal["text", "json", "binary"]

#: The data types a binding can send; protobuf has no word there.
DATA_TYPE_NAMES = ("text", "json", "binary")


class JsonObject(dict[str, Any]):
    """A JSON object with the keys of the service, made from arguments in Python's spelling."""

    __slots__ = ()
    _parameters: ClassVar[frozenset[str]] = frozenset()
    _places: ClassVar[int] = 0

    def __init_subclass__(cls) -> None:
        if "__init__" in vars(cls):
            code = cls.__init__.__code__
            names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
            cls._parameters = frozenset(names)
            cls._places = code.co_argcount - 1

    def __new__(cls, *arguments: Any, **given: Any) -> Self:
        if len(arguments) > cls._places or not given.keys() <= cls._parameters:
            raise TypeError(call_mistake(cls.__name__, cls.__init__, arguments, given))
        return dict.__new__(cls)

    def _put(self, **members: Any) -> None:
        """Set the members that were given."""
        for name, value in members.items():
            if value is not None:
                self[name] = value


def payload_members(owner: str, data: Any, data_type: DataTypeName | None) -> dict[str, Any]:
    """The members ``data`` and ``dataType`` for a payload.

    Without ``data_type``, a ``str`` is text, bytes are binary and everything else is JSON. With
    ``"json"``, a ``str`` or bytes must already be JSON text and any other value is written as JSON.
    Binary data goes as a Buffer object in base64. Raises TypeError or ValueError.
    """
    kind = _data_type(owner, data, data_type)
    return {"data": _ENCODERS[kind](owner, data), "dataType": kind}


def text(owner: str, name: str, value: Any) -> str:
    """``value`` if it is a str. Raises TypeError, and ValueError when it is not Unicode."""
    if not isinstance(value, str):
        raise TypeError(f"{owner}: {name} must be a str, not {_kind(value)}.")
    return _sendable(owner, name, value)


def optional_text(owner: str, name: str, value: Any) -> str | None:
    """``value`` if it is a str or None. Raises TypeError."""
    return None if value is None else text(owner, name, value)


def texts(owner: str, name: str, value: Any) -> list[str] | None:
    """``value`` as a list of str, or None. Raises TypeError, for a single str too."""
    if value is None:
        return None
    if isinstance(value, str):
        raise TypeError(f"{owner}: {name} must be a list of str; write {name}=[{value!r}].")
    if not isinstance(value, Sequence | set | frozenset):
        raise TypeError(f"{owner}: {name} must be a list of str, not {_kind(value)}.")
    return [text(owner, f"every item of {name}", item) for item in value]


def state_members(owner: str, states: Any) -> dict[str, Any] | None:
    """``states`` as plain JSON values, or None. Raises TypeError or ValueError."""
    if states is None:
        return None
    if not isinstance(states, Mapping):
        raise TypeError(f"{owner}: states must be a mapping of names to JSON values.")
    named = {text(owner, "every name in states", name): value for name, value in states.items()}
    try:
        return msgspec.json.decode(msgspec.json.encode(named), type=dict[str, Any])
    except UnicodeEncodeError:
        raise _halved(owner, "a value in states") from None
    except (TypeError, msgspec.MsgspecError) as error:
        raise TypeError(f"{owner}: states must hold JSON values: {error}") from None


def choice(owner: str, name: str, value: Any, known: Sequence[str]) -> str:
    """The known word that ``value`` is. Raises ValueError with the word that was probably meant."""
    if value not in known:
        raise ValueError(
            f"{owner}: {name} must be {listed(known)}, not {value!r}."
            + did_you_mean(str(value), known)
        )
    return known[known.index(value)]


def _data_type(owner: str, data: Any, data_type: DataTypeName | None) -> str:
    if data_type is not None:
        return choice(owner, "data_type", data_type, DATA_TYPE_NAMES)
    if isinstance(data, str):
        return "text"
    return "binary" if _is_bytes(data) else "json"


def _text(owner: str, data: Any) -> str:
    if isinstance(data, str):
        return data if data.isascii() else _sendable(owner, "data", data)
    if _is_bytes(data):
        return _decoded(owner, bytes(data))
    raise TypeError(
        f"{owner}: text data must be a str, not {_kind(data)}; "
        "pass data_type='json' to send it as JSON."
    )


def _decoded(owner: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{owner}: bytes sent as text must be UTF-8 ({error}); leave data_type out to send "
            "them as binary."
        ) from None


def _sendable(owner: str, name: str, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _halved(owner, name) from None
    return value


def _halved(owner: str, name: str) -> ValueError:
    return ValueError(
        f"{owner}: {name} holds half of a surrogate pair, which cannot be sent; replace it, as "
        ".encode(errors='replace').decode() does."
    )


def _json(owner: str, data: Any) -> str:
    if not (isinstance(data, str) or _is_bytes(data)):
        try:
            return msgspec.json.encode(data).decode()
        except UnicodeEncodeError:
            raise _halved(owner, "data") from None
        except (TypeError, msgspec.MsgspecError) as error:
            raise TypeError(f"{owner}: data cannot be written as JSON: {error}") from None
    json_text = _text(owner, data)
    try:
        msgspec.json.decode(json_text, type=msgspec.Raw)
    except ValueError:
        raise ValueError(
            f"{owner}: a str sent as JSON must be JSON text already; "
            "pass the value itself, or json.dumps(...) of it."
        ) from None
    return json_text


def _buffer(owner: str, data: Any) -> dict[str, str]:
    if not _is_bytes(data):
        mend = "use data.encode()" if isinstance(data, str) else "pass data_type='json'"
        raise TypeError(f"{owner}: binary data must be bytes, not {_kind(data)}; {mend}.")
    return {"type": "Buffer", "data": base64.b64encode(data).decode()}


_ENCODERS = {"text": _text, "json": _json, "binary": _buffer}


def _is_bytes(data: Any) -> bool:
    return isinstance(data, bytes | bytearray | memoryview)


def _kind(value: Any) -> str:
    return "None" if value is None else type(value).__name__
