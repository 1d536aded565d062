"""What a filter says, as a tree of frozen values.

Every node knows which part of the filter it was read from, because messages about it quote that.
Chains of ``and`` and ``or`` are flat, so that a filter with thousands of clauses is not a tree of
that depth.
"""

from typing import TypeAlias

import msgspec


class Literal(msgspec.Struct, frozen=True):
    value: str | int | bool | None
    source: str


class Identifier(msgspec.Struct, frozen=True):
    name: str
    source: str


class Call(msgspec.Struct, frozen=True):
    name: str
    arguments: tuple["Node", ...]
    source: str


class Not(msgspec.Struct, frozen=True):
    operand: "Node"
    source: str


class Comparison(msgspec.Struct, frozen=True):
    """``operator`` is eq, ne, gt, ge, lt or le."""

    operator: str
    left: "Node"
    right: "Node"
    source: str


class Membership(msgspec.Struct, frozen=True):
    """``item in listed``, or with a single ``collection`` in place of a list."""

    item: "Node"
    listed: tuple["Node", ...]
    collection: "Node | None"
    source: str


class Junction(msgspec.Struct, frozen=True):
    """Operands joined by one ``operator``: and, or."""

    operator: str
    operands: tuple["Node", ...]
    source: str


Node: TypeAlias = Literal | Identifier | Call | Not | Comparison | Membership | Junction
