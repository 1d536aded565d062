"""What differs between two recordings of the same clients.

Compared is, for each client, what the app answered to its events, what acks and messages it got and
how it ended, and for each hub what it was asked to do, all in the order of what has caused it. Ids
and times do not count, and nor does what no client has caused.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from webpubsub.protocol.refusals.kinds import one_line

Entry: TypeAlias = Mapping[str, Any]

_UUID: Final = r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b"
_INSTANT: Final = r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
_EPOCH: Final = r"(?<![\w.])1[6-9]\d{8}(?:\d{3}|\.\d+)?(?![\w.])"
#: Stands for an id that is new every time.
ID: Final = "[id]"
#: What is new every time, and what stands for it.
_NEW: Final = (
    (re.compile(_UUID, re.IGNORECASE), ID),
    (re.compile(_INSTANT), "[time]"),
    (re.compile(_EPOCH), '"[time]"'),
)
#: How many lines around a difference are shown.
_CONTEXT: Final = 1
_NOT_SHOWN: Final = ("at", "kind", "client", "cause", "step", "to", "hub")


class Difference(NamedTuple):
    """One sequence that became another: a line for each member, beginning with ``-`` for what was
    there, ``+`` for what is there now, and a space for what is in both."""

    what: str
    lines: Sequence[str]


def differences(before: Iterable[Entry], now: Iterable[Entry]) -> list[Difference]:
    """Whatever is not the same, in the order of the recording."""
    was, is_now = _sequences(before), _sequences(now)
    found = []
    for what in dict.fromkeys((*was, *is_now)):
        old, new = was.get(what, []), is_now.get(what, [])
        if old != new:
            found.append(Difference(what, list(_lines(old, new))))
    return found


def _lines(old: list[str], new: list[str]) -> Iterator[str]:
    # What is the same at both ends need not be looked through again, which takes its time.
    begin = _same(zip(old, new, strict=False))
    end = _same(zip(reversed(old[begin:]), reversed(new[begin:]), strict=False))
    first, rest = max(0, begin - _CONTEXT), max(0, end - _CONTEXT)
    old, new = old[first : len(old) - rest], new[first : len(new) - rest]
    for group in difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(_CONTEXT):
        for what, old_from, old_to, new_from, new_to in group:
            if what == "equal":
                yield from (f"  {line}" for line in old[old_from:old_to])
            else:
                yield from (f"- {line}" for line in old[old_from:old_to])
                yield from (f"+ {line}" for line in new[new_from:new_to])


def _same(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _sequences(entries: Iterable[Entry]) -> Mapping[str, list[str]]:
    entries = list(entries)
    users = {one["client"]: one["user"] for one in entries if one["kind"] == "connect"}
    made: dict[str, list[str]] = {}
    for entry in sorted((one for one in entries if _cause(one)), key=_cause):
        place = _PLACES.get(entry["kind"])
        for whose, what in place(entry) if place else ():
            made.setdefault(f"{_shown(whose, users)}: {what}", []).append(_line(entry))
    return made


def _cause(entry: Entry) -> int:
    cause: int = entry.get("step") or entry.get("cause") or 0
    return cause


def _shown(whose: str, users: Mapping[str, str | None]) -> str:
    name = whose.strip("{}")
    return f"{name} ({users[whose]})" if users.get(whose) else name


def _line(entry: Entry) -> str:
    shown = {name: value for name, value in entry.items() if name not in _NOT_SHOWN}
    text = _text(shown.popitem()[1] if len(shown) == 1 else shown)
    for new, instead in _NEW:
        text = new.sub(instead, text)
    return text


def _text(value: Any) -> str:
    return one_line(value) if isinstance(value, str) else msgspec.json.encode(value).decode()


Place: TypeAlias = Callable[[Entry], Iterable[tuple[str, str]]]


def _of_client(what: str) -> Place:
    return lambda entry: ((entry["client"], what),)


def _messages(entry: Entry) -> Iterable[tuple[str, str]]:
    return ((name, "messages it got") for name in entry["to"])


def _operations(entry: Entry) -> Iterable[tuple[str, str]]:
    return ((f"hub {entry['operation'].get('hub', '')}", "what it was asked to do"),)


#: In which sequences an entry is, by its kind.
_PLACES: Final[Mapping[str, Place]] = {
    "answer": _of_client("answers to its events"),
    "ack": _of_client("acks it got"),
    "ended": _of_client("how it ended"),
    "message": _of_client("messages it got"),
    "told": _of_client("acks it got"),
    "goodbye": _of_client("how it ended"),
    "delivery": _messages,
    "operation": _operations,
}
