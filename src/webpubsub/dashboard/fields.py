"""The plain members of a value, as a page shows them: without payloads and without secrets."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import msgspec

Fields: TypeAlias = dict[str, Any]

#: Shown elsewhere, or of no use to anybody who looks.
_LEFT_OUT = frozenset({"message", "time", "connection_context", "signature", "reply", "recipients"})
#: What names of headers, parameters and claims that carry secrets end in.
_SECRET = ("cookie", "authorization", "token", "key", "code", "password", "secret", "signature")
HIDDEN = "(hidden)"


def fields_of(value: msgspec.Struct) -> Fields:
    """The members of a struct that say something, by their names in words."""
    found = {field.name: getattr(value, field.name) for field in msgspec.structs.fields(value)}
    return {
        name.replace("_", " "): plain(member)
        for name, member in found.items()
        if name not in _LEFT_OUT and member not in (None, "", (), {}, frozenset())
    }


def plain(value: Any) -> Any:
    """A value as JSON can hold it; what is called like a secret is hidden."""
    if isinstance(value, Mapping):
        return {str(name): HIDDEN if is_secret(name) else plain(v) for name, v in value.items()}
    if isinstance(value, msgspec.Struct):
        return fields_of(value)
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, Iterable):
        return [plain(one) for one in value]
    return str(value)


def is_secret(name: str) -> bool:
    """Whether a header, parameter or claim of this name may hold a secret."""
    return name.lower().endswith(_SECRET)
