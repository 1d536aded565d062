"""The types of a filter and the values they stand for. Specification: rest-api section 9.4."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

import msgspec

#: A collection is that of the subject itself, so that nothing is copied for a filter.
Value: TypeAlias = str | int | bool | Collection[str] | None


class Kind(StrEnum):
    """The type of an expression. All but bool and collection may be null for some subjects."""

    NULL = "null"
    BOOL = "bool"
    STRING = "string"
    INT = "int"
    COLLECTION = "collection"


class Subject(Protocol):
    """What a filter is asked about: one connection. ``subprotocol`` None means a simple client."""

    @property
    def connection_id(self) -> str: ...
    @property
    def user_id(self) -> str | None: ...
    @property
    def groups(self) -> Collection[str]: ...
    @property
    def subprotocol(self) -> str | None: ...


class EmptySubject(msgspec.Struct, frozen=True):
    """The subject against which filters are checked before anybody is asked for."""

    connection_id: str = ""
    user_id: str | None = None
    groups: tuple[str, ...] = ()
    subprotocol: str | None = None


#: The attribute behind each identifier, by its name in lower case, and its type.
IDENTIFIERS: Mapping[str, tuple[str, Kind]] = {
    "userid": ("user_id", Kind.STRING),
    "connectionid": ("connection_id", Kind.STRING),
    "groups": ("groups", Kind.COLLECTION),
    "protocol": ("subprotocol", Kind.STRING),
}


def equal(left: Any, right: Any) -> bool:
    """Equal in type and value: neither is 1 true, nor a text a number."""
    return type(left) is type(right) and bool(left == right)
