"""What the bindings accept in the JSON that a function hands back: words, Buffers and member names.

Output actions and event responses share these rules. They are those of the official extension,
oddities included: a data type may be a number, and an object is read as a Buffer whatever its
``type`` says. Every error is a ValueError whose text is a sentence without its subject, such as
``must be 'text' or 'json', not 7``. Specification: bindings sections 2.1, 5.4, 8.3 and 8.4.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.spelling import did_you_mean, listed

#: Error codes by their number in the official enumeration, which counts from -1.
ERROR_CODES = ("success", "unauthorized", "userError", "serverError")
FIRST_ERROR_CODE = -1

#: The data types by their numbers in the official enumeration.
_DATA_TYPES = (DataType.BINARY, DataType.JSON, DataType.TEXT)
_NAMED_DATA_TYPES: Mapping[str, DataType] = {kind: kind for kind in _DATA_TYPES}
_WordT = TypeVar("_WordT", bound=str)
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_WHITESPACE = re.compile(r"[ \t\r\n]+")


def parse(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError, for text that nests too deeply too."""
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        raise ValueError("is JSON that nests too deeply") from None
    except ValueError as error:
        raise ValueError(f"is not valid JSON: {error}") from None


def word(value: Any, known: Sequence[_WordT], first: int = 0) -> _WordT:
    """The known word that ``value`` means: the word in any letter case, or its number counted from
    ``first``, as a number or as text. Raises ValueError."""
    if value in known:
        return known[known.index(value)]
    if isinstance(value, str):
        meant = value.strip().lower()
        for candidate in known:
            if candidate.lower() == meant:
                return candidate
    number = integer(value)
    if number is not None and 0 <= number - first < len(known):
        return known[number - first]
    raise ValueError(f"must be {listed(known)}, not {shown(value)}.{_suggestion(value, known)}")


def integer(value: Any) -> int | None:
    """The whole number that ``value`` is, as a number or as text; None when it is none."""
    if type(value) is int:
        return value
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,9}", value.strip()):
        return int(value)
    return None


def data_type(value: Any) -> DataType:
    """The data type that ``value`` means: a word, or 0 binary, 1 json, 2 text. Raises
    ValueError."""
    named = _NAMED_DATA_TYPES.get(value) if isinstance(value, str) else None
    return named or word(value, _DATA_TYPES)


def message(kind: DataType, data: Any) -> Message:
    """A message from the member ``data``, whose JSON is checked as the service would check it.

    Raises ValueError whose subject is the data.
    """
    payload = _text_bytes(data) if isinstance(data, str) else buffer_bytes(data)
    if kind is DataType.JSON:
        _check_json(payload)
    return Message(kind, payload)


def buffer_bytes(value: Any) -> bytes:
    """The bytes of a Buffer object, which any object with a member ``type`` is taken for.

    Its ``data`` is a list of bytes as numbers, base64 text, or a GUID, which stands for its sixteen
    bytes. Raises ValueError.
    """
    if not (isinstance(value, Mapping) and "type" in value):
        raise ValueError(
            f"must be a string, not {shown(value)}; write it as JSON text, as json.dumps does."
        )
    content = value.get("data")
    if isinstance(content, str):
        return _decoded(content)
    if isinstance(content, list) and all(_is_byte(item) for item in content):
        return bytes(content)
    raise ValueError(
        "is an object with a 'type', so it is read as a Buffer, and a Buffer needs 'data' that is "
        "base64 text or a list of numbers from 0 to 255. To send the object itself, write it as "
        "JSON text, as json.dumps does."
    )


def is_json(data: str | bytes) -> bool:
    """Whether this is JSON text, as far as it can be told without reading what is in it."""
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except (ValueError, RecursionError):
        return False
    return True


def is_guid(content: str) -> bool:
    """Whether the text of a Buffer stands for the sixteen bytes of a GUID."""
    return _GUID.fullmatch(content) is not None


def shown(value: Any) -> str:
    """A value for an error text: short scalars as they are, the kind of anything else."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:60]}…"


def _text_bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair, which cannot be sent.") from None


def _check_json(payload: bytes) -> None:
    if not is_json(payload):
        raise ValueError(
            "is marked as JSON and is not JSON text. Write the value as JSON text, as json.dumps "
            "does, or use the data type 'text'."
        )


def _decoded(content: str) -> bytes:
    if is_guid(content):
        return UUID(content).bytes_le
    try:
        return base64.b64decode(_WHITESPACE.sub("", content), validate=True)
    except ValueError:
        raise ValueError(
            "is a Buffer whose 'data' is not base64; use base64.b64encode(...).decode() or a list "
            "of numbers."
        ) from None


def _is_byte(item: Any) -> bool:
    return type(item) is int and 0 <= item <= 255


def _suggestion(value: Any, known: Sequence[str]) -> str:
    return did_you_mean(value, known) if isinstance(value, str) else ""
