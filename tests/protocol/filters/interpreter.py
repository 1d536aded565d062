"""Filters made at random, and a second way of evaluating them: straight from the tree."""

from typing import Any

from hypothesis import strategies as st

from webpubsub.protocol.filters.kinds import EmptySubject
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

_LETTERS = "aAbß '😀"
_TEXTS = st.text(_LETTERS, max_size=4)
_WORDS = (
    *("and", "or", "not", "eq", "ne", "gt", "ge", "lt", "le", "in", "null", "true", "false"),
    *("userId", "groups", "connectionId", "protocol", "length", "tolower", "contains", "any"),
    *("(", ")", ",", "1", "-5", "'a'", "'b''c'", "99999999999", "1.5", "/", "$it", "'"),
)

#: Texts that look like filters and mostly are none.
MESSY_TEXTS = st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join)

SUBJECTS = st.builds(
    EmptySubject,
    _TEXTS,
    st.none() | _TEXTS,
    st.lists(_TEXTS, max_size=3, unique=True).map(tuple),
    st.none() | _TEXTS,
)

Case = tuple[str, Node]


def _literal(value: str | int | bool | None) -> Case:
    if isinstance(value, str):
        escaped = value.replace("'", "''")
        text = f"'{escaped}'"
    else:
        text = "null" if value is None else str(value).lower()
    return text, Literal(value, text)


def _identifier(name: str) -> Case:
    return name, Identifier(name, name)


def _call(name: str, *arguments: Case) -> Case:
    text = f"{name}({', '.join(text for text, _ in arguments)})"
    return text, Call(name, tuple(node for _, node in arguments), text)


def _comparison(operator: str, left: Case, right: Case) -> Case:
    text = f"({left[0]} {operator} {right[0]})"
    return text, Comparison(operator, left[1], right[1], text)


def _junction(operator: str, operands: list[Case]) -> Case:
    text = "(" + f" {operator} ".join(text for text, _ in operands) + ")"
    return text, Junction(operator, tuple(node for _, node in operands), text)


def _listed(item: Case, listed: list[Case]) -> Case:
    text = f"({item[0]} in ({', '.join(text for text, _ in listed)}))"
    return text, Membership(item[1], tuple(node for _, node in listed), None, text)


def _in_groups(item: Case) -> Case:
    text = f"({item[0]} in groups)"
    return text, Membership(item[1], (), Identifier("groups", "groups"), text)


_NULLS = st.just(_literal(None))
_SMALL = st.integers(-2, 6)
_INTEGERS: st.SearchStrategy[Case] = st.deferred(
    lambda: (
        _SMALL.map(_literal)
        | st.builds(lambda a: _call("length", a), _STRINGS | st.just(_identifier("groups")))
        | st.builds(lambda a, b: _call("indexof", a, b), _STRINGS, _STRINGS)
    )
)
_STRINGS: st.SearchStrategy[Case] = st.deferred(
    lambda: (
        _TEXTS.map(_literal)
        | st.sampled_from(["userId", "CONNECTIONID", "protocol"]).map(_identifier)
        | st.builds(_call, st.sampled_from(["tolower", "toupper", "trim"]), _STRINGS | _NULLS)
        | st.builds(lambda a, b: _call("concat", a, b), _STRINGS, _STRINGS | _NULLS)
        | st.builds(lambda a, b: _call("substring", a, b), _STRINGS, _INTEGERS)
        | st.builds(lambda a, b, c: _call("substring", a, b, c), _STRINGS, _INTEGERS, _INTEGERS)
    )
)
_VALUES = _STRINGS | _INTEGERS | _NULLS | st.booleans().map(_literal)
_PARTS = st.sampled_from(["contains", "startswith", "endswith"])
_BOOLEANS: st.SearchStrategy[Case] = st.deferred(
    lambda: (
        st.booleans().map(_literal)
        | st.builds(_comparison, st.sampled_from(["eq", "ne"]), _VALUES, _VALUES)
        | st.builds(_comparison, st.sampled_from(["gt", "ge", "lt", "le"]), _INTEGERS, _INTEGERS)
        | st.builds(_call, _PARTS, _STRINGS | _NULLS, _STRINGS)
        | st.builds(_listed, _VALUES, st.lists(_VALUES, min_size=1, max_size=3))
        | st.builds(_in_groups, _VALUES)
        | st.builds(lambda a: (f"(not {a[0]})", Not(a[1], a[0])), _BOOLEANS)
        | st.builds(
            _junction,
            st.sampled_from(["and", "or"]),
            st.lists(_BOOLEANS, min_size=2, max_size=3),
        )
    )
)


def filters() -> st.SearchStrategy[Case]:
    """Filters whose types are right, and their trees."""
    return _BOOLEANS


def interpret(node: Node, subject: EmptySubject) -> Any:
    """The value of a node for a subject, worked out step by step."""
    match node:
        case Literal(value=value):
            return value
        case Identifier(name=name):
            return {
                "userid": subject.user_id,
                "connectionid": subject.connection_id,
                "groups": subject.groups,
                "protocol": subject.subprotocol,
            }[name.lower()]
        case Not(operand=operand):
            return not interpret(operand, subject)
        case Junction(operator=operator, operands=operands):
            values = [interpret(operand, subject) for operand in operands]
            return any(values) if operator == "or" else all(values)
        case Membership(item=item, listed=listed, collection=collection):
            others = subject.groups if collection else [interpret(one, subject) for one in listed]
            return any(_same(interpret(item, subject), other) for other in others)
        case Comparison(operator=operator, left=left, right=right):
            return _compare(operator, interpret(left, subject), interpret(right, subject))
        case Call(name=name, arguments=arguments):
            return _function(name, *[interpret(argument, subject) for argument in arguments])


def _same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and bool(left == right)


def _compare(operator: str, left: Any, right: Any) -> bool:
    if operator in ("eq", "ne"):
        return _same(left, right) == (operator == "eq")
    if left is None or right is None:
        return False
    outcomes: dict[str, bool] = {
        "gt": left > right,
        "ge": left >= right,
        "lt": left < right,
        "le": left <= right,
    }
    return outcomes[operator]


def _units(text: str) -> list[bytes]:
    data = text.encode("utf-16-le", "surrogatepass")
    return [data[at : at + 2] for at in range(0, len(data), 2)]


def _text(units: list[bytes]) -> str:
    return b"".join(units).decode("utf-16-le", "surrogatepass")


def _function(name: str, first: Any, *rest: Any) -> Any:
    if name == "concat":
        return _concat(first, rest[0])
    if name in ("contains", "startswith", "endswith", "indexof"):
        return _search(name, first, rest[0])
    if first is None or None in rest:
        return None
    if name == "length":
        return len(_units(first)) if isinstance(first, str) else len(first)
    if name == "substring":
        return _substring(_units(first), *rest)
    return {"tolower": _one_to_one(first, "lower"), "toupper": _one_to_one(first, "upper")}.get(
        name, first.strip()
    )


def _concat(first: str | None, second: str | None) -> str | None:
    return second if first is None else first if second is None else first + second


def _search(name: str, first: str | None, second: str | None) -> bool | int:
    if first is None or second is None:
        return -1 if name == "indexof" else False
    if name != "indexof":
        outcomes = {
            "contains": second in first,
            "startswith": first[: len(second)] == second,
            "endswith": not second or first[-len(second) :] == second,
        }
        return outcomes[name]
    index = first.find(second)
    return -1 if index < 0 else len(_units(first[:index]))


def _substring(units: list[bytes], start: int, length: int | None = None) -> str | None:
    if start < 0 or start > len(units):
        return None
    if length is None:
        return _text(units[start:])
    return _text(units[start : start + length]) if 0 <= length <= len(units) - start else None


def _one_to_one(text: str, method: str) -> str:
    changed = [(letter, getattr(letter, method)()) for letter in text]
    return "".join(new if len(new) == 1 else old for old, new in changed)
