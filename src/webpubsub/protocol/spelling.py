"""Help for a name that is not known: the one that was probably meant."""

from collections.abc import Iterable

#: How close a name is to what is seen when a letter or two of it were mistyped; names that merely
#: end alike are not.
MISTYPED = 0.85
_RESEMBLING = 0.6


def did_you_mean(seen: str, known: Iterable[str], *, closeness: float = _RESEMBLING) -> str:
    """`` Did you mean 'x'?`` with a space in front, or nothing when no known name is that close:
    0 is anything, 1 the name itself.

    Letter case, underscores and hyphens do not count, so ``userId`` finds ``user_id``.
    """
    from difflib import get_close_matches  # only ever needed on the way to an error

    names = {_fold(name): name for name in known}
    matches = get_close_matches(_fold(seen), names, n=1, cutoff=closeness)
    return f" Did you mean '{names[matches[0]]}'?" if matches else ""


def listed(names: Iterable[str]) -> str:
    """``'a', 'b' or 'c'``."""
    *others, last = (f"'{name}'" for name in names)
    return f"{', '.join(others)} or {last}" if others else last


def _fold(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
