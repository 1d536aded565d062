"""How deep a JSON text is nested. Specification: client-protocols section 5.1."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webpubsub.protocol.clients.json_nesting import is_deeper

LEVELS = 64


@pytest.mark.parametrize(
    ("text", "deeper"),
    [
        (b"", False),
        (b"1", False),
        (b"[" * 64 + b"]" * 64, False),
        (b"[" * 65 + b"]" * 65, True),
        (b'{"a":' * 64 + b"1" + b"}" * 64, False),
        (b'{"a":' * 65 + b"1" + b"}" * 65, True),
        (b'[{"a":' * 32 + b"[]" + b"}]" * 32, True),
        (b"[" + b"[]," * 1000 + b"1]", False),
        (b"[" + (b"[" * 63 + b"]" * 63 + b",") * 9 + b"1]", False),
        (b"[" + (b"[" * 63 + b"]" * 63 + b",") * 9 + b"[" * 64 + b"]" * 64 + b"]", True),
        (json.dumps("[" * 100).encode(), False),
        (json.dumps(["[{" * 40, '"[' * 40, "\\[" * 40]).encode(), False),
        (json.dumps(['\\"', "[" * 40, "\\", "[" * 40, '\\\\"']).encode(), False),
        (b'"\\\\"' + b"[" * 65 + b"]" * 65, True),
        (b'"\\\\\\"' + b"[" * 65, False),
        (b'""' * 9 + b"[" * 65, True),
        (b'"' + b"[" * 65, False),
        (b"[" * 500_000, True),
        (b"]" * 100 + b"[" * 64, False),
    ],
)
def test_depth(text: bytes, deeper: bool) -> None:
    """Brackets in strings are none, however these are escaped; the deepest place counts."""
    assert is_deeper(text, LEVELS) is deeper


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


Texts = st.text(alphabet='[]{}"\\a', max_size=6)
Values = st.recursive(
    Texts | st.integers(0, 9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(Texts, inner, max_size=3),
    max_leaves=40,
)


@given(Values, st.sampled_from([None, 1]), st.integers(-2, 2))
def test_it_is_that_of_what_is_read(value: object, indent: int | None, more: int) -> None:
    """As deep as what the standard library makes of it."""
    levels = max(0, depth(value) + more)
    text = json.dumps(value, indent=indent).encode()
    assert is_deeper(text, levels) is (depth(value) > levels)


def seen(text: bytes) -> int:
    """How deep a reader comes that goes on until it must see that a text is not JSON."""
    deepest = level = 0
    in_string = is_escaped = False
    for byte in text:
        one = bytes((byte,))
        if is_escaped:
            is_escaped = False
        elif one == b"\\":
            if not in_string:
                break
            is_escaped = True
        elif one == b'"':
            in_string = not in_string
        elif not in_string:
            level += (one in b"[{") - (one in b"]}")
            deepest = max(deepest, level)
    return deepest


_PARTS = [b"[", b"]", b"{", b"}", b'"', b"\\", b"a", b"\xff", b"[]", b'\\"', b"\\\\", b"[[[["]
Junk = st.binary(max_size=20) | st.lists(st.sampled_from(_PARTS), max_size=40).map(b"".join)


@example(b"[]]", 0)
@given(Junk, st.integers(0, 8))
def test_nothing_deeper_is_let_through(text: bytes, levels: int) -> None:
    """Whatever it is: something recursive may look at all that comes before a mistake."""
    assert is_deeper(text, levels) or seen(text) <= levels
