"""How deep a JSON text is nested, which is asked before anything recursive looks at it.

Nearly every text has too few brackets to be nested deeply, which is soon seen. Of any other, only
what is needed is kept, step by step, each of which is one pass in C: no escapes, so that every
quote begins or ends a string; only brackets and quotes; no two quotes together, without which
everything is on the same side of a quote as before; what is outside strings. Then the innermost
pairs are taken away, which is one level, as long as they are most of what there is.
"""

from array import array
from itertools import accumulate

_ALIKE = bytes.maketrans(b"{}", b"[]")
_OTHERS = bytes(set(range(256)) - set(b'[]{}"'))
# Brackets as signed bytes: one down, one up.
_STEPS = bytes.maketrans(b"[]", b"\x01\xff")


def is_deeper(json_text: bytes, levels: int) -> bool:
    """Whether there are more levels of nesting. A text that is not JSON may be said to have more
    than it has, never less as far as it can be read."""
    return _has_more_brackets(json_text, levels) and _depth(_brackets(json_text)) > levels


def _has_more_brackets(json_text: bytes, most: int) -> bool:
    # bytes.count looks at one byte after the other before Python 3.13.
    without_objects = json_text.replace(b"{", b"", most + 1)
    without_arrays = json_text.replace(b"[", b"", most + 1)
    return 2 * len(json_text) - len(without_objects) - len(without_arrays) > most


def _brackets(json_text: bytes) -> bytes:
    """Those outside strings, all of them square. A string that does not end reaches to the end."""
    unescaped = json_text.replace(rb"\\", b"").replace(rb"\"", b"")
    structure = unescaped.translate(_ALIKE, _OTHERS).replace(b'""', b"")
    return b"".join(structure.split(b'"')[::2])


def _depth(brackets: bytes) -> int:
    levels = 0
    while len(outer := brackets.replace(b"[]", b"")) <= len(brackets) // 2 and brackets:
        levels, brackets = levels + 1, outer
    steps = array("b", brackets.translate(_STEPS))
    return levels + max(accumulate(steps, initial=0))
