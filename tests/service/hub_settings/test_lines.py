"""Where the keys of a file stand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.hub_settings.lines import json_lines, toml_lines
from webpubsub.service.hub_settings.located import KeyPath

TOML = """\
a = 1
[b]
# c = 0
c = 1
[[b.d]]
e = 1
[[b.d]]
"e f".g = 1
[b.d.h]
i = [
  1,
]
[b."x.y"]
[j.k]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a",), 1),
        (("b",), 2),
        (("b", "c"), 4),
        (("b", "d", 0), 5),
        (("b", "d", 0, "e"), 6),
        (("b", "d", 1), 7),
        (("b", "d", 1, "e f", "g"), 8),
        (("b", "d", 1, "h"), 9),
        (("b", "d", 1, "h", "i"), 10),
        (("b", "x.y"), 13),
        (("j",), 14),
    ],
)
def test_toml(path: KeyPath, line: int) -> None:
    """Tables, elements of arrays of tables, and keys, whether quoted, dotted or plain."""
    assert toml_lines(TOML)[path] == line


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    """The scans never fail: what they do not understand has no line."""
    assert all(line >= 1 for line in toml_lines(text).values())
    assert all(line >= 1 for line in json_lines(text).values())


@given(
    st.recursive(
        st.integers() | st.text('ab:{}[],\\"', max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text("ab:,", max_size=3), inner, max_size=3)
        ),
        max_leaves=10,
    )
)
def test_json(value: object) -> None:
    """Of a text with a key on each line, the line of each key is found."""
    text = json.dumps(value, indent=1)
    lines = json_lines(text)
    assert set(lines) == _paths(value)
    for path, number in lines.items():
        assert text.splitlines()[number - 1].strip().startswith(json.dumps(path[-1]))


def _paths(value: object) -> set[KeyPath]:
    """The paths of all keys of objects."""
    if isinstance(value, list):
        return {(i, *path) for i, inner in enumerate(value) for path in _paths(inner)}
    if not isinstance(value, dict):
        return set()
    below = {(key, *path) for key, inner in value.items() for path in _paths(inner)}
    return below | {(key,) for key in value}
