"""From a tree to a function that says whether a connection is meant.

Types are checked once, here. Every expression has one type for all subjects, but for being null
for some of them, and every function and comparison says what null makes of it. So a filter that
compiles answers for every subject, and operands can be skipped once the answer is known: that they
are all checked cannot be seen any more. Specification: rest-api sections 9.1, 9.3 and 9.4.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

from webpubsub.protocol.filters.errors import FilterError, clipped
from webpubsub.protocol.filters.functions import FUNCTIONS
from webpubsub.protocol.filters.kinds import (
    IDENTIFIERS,
    EmptySubject,
    Kind,
    Subject,
    Value,
    equal,
)
from webpubsub.protocol.filters.parser import parse_filter
from webpubsub.protocol.filters.tree import (
    Call,
    Comparison,
    Identifier,
    Junction,
    Literal,
    Membership,
    Node,
    Not,
)

__all__ = ["Filter", "Subject", "compile_filter"]

Filter: TypeAlias = Callable[[Subject], bool]
_Evaluate: TypeAlias = Callable[[Subject], Any]

_EMPTY = EmptySubject()
_KEPT_FILTERS = 64


class _Compiled(msgspec.Struct, frozen=True):
    """An expression: its type, and how to evaluate it. ``is_identifier`` is for messages only."""

    kind: Kind
    evaluate: _Evaluate
    is_identifier: bool = False

    @property
    def shown_kind(self) -> Kind:
        """The type that messages name: that for the empty subject. Identifiers have theirs even
        where they are null."""
        if self.is_identifier or self.evaluate(_EMPTY) is not None:
            return self.kind
        return Kind.NULL


@lru_cache(maxsize=_KEPT_FILTERS)
def compile_filter(text: str) -> Filter:
    """The filter that a text means. It never raises for any subject. Raises FilterError."""
    compiler = _Compiler(text)
    node = parse_filter(text)
    return compiler.operand(node, Kind.BOOL, text.strip())


class _Compiler:
    """Compiles the nodes of one filter."""

    def __init__(self, text: str) -> None:
        self._text = text

    def operand(self, node: Node, wanted: Kind, source: str) -> _Evaluate:
        """How to evaluate a node that must be of one type; ``source`` is what it is part of."""
        compiled = self.compile(node)
        if compiled.kind is not wanted:
            raise _wrong_type(source, compiled, wanted)
        return compiled.evaluate

    def number(self, node: Node, source: str) -> _Evaluate:
        """How to evaluate what is ordered: an integer, or null, which has no place in any order."""
        compiled = self.compile(node)
        if compiled.kind not in (Kind.INT, Kind.NULL):
            raise _wrong_type(source, compiled, Kind.INT)
        return compiled.evaluate

    def compile(self, node: Node) -> _Compiled:
        return _COMPILERS[type(node)](self, node)

    def literal(self, node: Literal) -> _Compiled:
        return _Compiled(_KINDS[type(node.value)], _constant(node.value))

    def identifier(self, node: Identifier) -> _Compiled:
        attribute, kind = IDENTIFIERS.get(node.name.lower(), ("", Kind.NULL))
        if not attribute:
            raise self._unsupported(node)
        return _Compiled(kind, operator.attrgetter(attribute), is_identifier=True)

    def call(self, node: Call) -> _Compiled:
        function = FUNCTIONS.get(node.name)
        if function is None:
            raise self._unsupported(node)
        parameters = function.parameters.get(len(node.arguments))
        if parameters is None:
            raise _wrong_count(node, tuple(function.parameters))
        evaluations = []
        for argument, kinds in zip(node.arguments, parameters, strict=True):
            compiled = self.compile(argument)
            if compiled.kind not in kinds and compiled.kind is not Kind.NULL:
                raise _wrong_type(node.source, compiled, min(kinds, key=_order))
            evaluations.append(compiled.evaluate)
        return _Compiled(function.result, _called(function.call, tuple(evaluations)))

    def negation(self, node: Not) -> _Compiled:
        evaluate = self.operand(node.operand, Kind.BOOL, node.source)
        return _Compiled(Kind.BOOL, lambda subject: not evaluate(subject))

    def junction(self, node: Junction) -> _Compiled:
        evaluations = []
        for operand in node.operands:
            evaluations.append(self.operand(operand, Kind.BOOL, node.source))  # noqa: PERF401
        joined = _any if node.operator == "or" else _all
        return _Compiled(Kind.BOOL, joined(tuple(evaluations)))

    def comparison(self, node: Comparison) -> _Compiled:
        if node.operator in _EQUALITIES:
            left, right = self.compile(node.left), self.compile(node.right)
            wanted = node.operator == "eq"
            return _Compiled(Kind.BOOL, _equality(left.evaluate, right.evaluate, wanted))
        low, high = self.number(node.left, node.source), self.number(node.right, node.source)
        return _Compiled(Kind.BOOL, _ordering(_ORDERINGS[node.operator], low, high))

    def membership(self, node: Membership) -> _Compiled:
        item = self.compile(node.item)
        if node.collection is not None:
            collection = self.operand(node.collection, Kind.COLLECTION, node.source)
            return _Compiled(Kind.BOOL, _contained(item.evaluate, collection))
        listed = []
        for one in node.listed:
            listed.append(self.compile(one).evaluate)  # noqa: PERF401
        if item.kind is not Kind.COLLECTION and all(type(one) is Literal for one in node.listed):
            values = [one(_EMPTY) for one in listed]
            return _Compiled(Kind.BOOL, _listed_constant(item.evaluate, values))
        return _Compiled(Kind.BOOL, _listed(item.evaluate, tuple(listed)))

    def _unsupported(self, node: Identifier | Call) -> FilterError:
        return FilterError(self._text.strip(), f"Token '{clipped(node.source)}' is not supported.")


_KINDS: Mapping[type, Kind] = {
    type(None): Kind.NULL,
    bool: Kind.BOOL,
    str: Kind.STRING,
    int: Kind.INT,
}

_COMPILERS: Mapping[type, Callable[[_Compiler, Any], _Compiled]] = {
    Literal: _Compiler.literal,
    Identifier: _Compiler.identifier,
    Call: _Compiler.call,
    Not: _Compiler.negation,
    Junction: _Compiler.junction,
    Comparison: _Compiler.comparison,
    Membership: _Compiler.membership,
}

_EQUALITIES = ("eq", "ne")
_ORDERINGS: Mapping[str, Callable[[int, int], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def _order(kind: Kind) -> int:
    return tuple(Kind).index(kind)


def _wrong_type(source: str, compiled: _Compiled, wanted: Kind) -> FilterError:
    return FilterError(source, f"Type '{compiled.shown_kind}', expect '{wanted}'.")


def _wrong_count(node: Call, wanted: tuple[int, ...]) -> FilterError:
    counts = " or ".join(map(str, wanted))
    count = len(node.arguments)
    return FilterError(
        node.source, f"Function '{node.name}' takes {counts} argument(s), and has {count}."
    )


# What is left of the nodes when connections are asked about.


def _constant(value: Value) -> _Evaluate:
    return lambda _: value


def _called(call: Callable[..., Any], arguments: tuple[_Evaluate, ...]) -> _Evaluate:
    return lambda subject: call(*[argument(subject) for argument in arguments])


def _any(operands: tuple[_Evaluate, ...]) -> _Evaluate:
    return lambda subject: any(operand(subject) for operand in operands)


def _all(operands: tuple[_Evaluate, ...]) -> _Evaluate:
    return lambda subject: all(operand(subject) for operand in operands)


def _equality(left: _Evaluate, right: _Evaluate, wanted: bool) -> _Evaluate:
    return lambda subject: equal(left(subject), right(subject)) is wanted


def _ordering(
    is_ordered: Callable[[int, int], bool], left: _Evaluate, right: _Evaluate
) -> _Evaluate:
    def evaluate(subject: Subject) -> bool:
        low, high = left(subject), right(subject)
        return low is not None and high is not None and is_ordered(low, high)

    return evaluate


def _contained(item: _Evaluate, collection: _Evaluate) -> _Evaluate:
    def evaluate(subject: Subject) -> bool:
        one = item(subject)
        return isinstance(one, str) and one in collection(subject)

    return evaluate


def _listed(item: _Evaluate, listed: tuple[_Evaluate, ...]) -> _Evaluate:
    def evaluate(subject: Subject) -> bool:
        one = item(subject)
        return any(equal(one, other(subject)) for other in listed)

    return evaluate


def _listed_constant(item: _Evaluate, listed: Iterable[Value]) -> _Evaluate:
    """Lists of thousands of connection ids are looked up, not walked through."""
    keys = frozenset((type(value), value) for value in listed)

    def evaluate(subject: Subject) -> bool:
        one = item(subject)
        return (type(one), one) in keys

    return evaluate
