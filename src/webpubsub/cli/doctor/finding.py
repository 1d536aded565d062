"""What a look at something found."""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How much a finding matters: ``error`` is what does not work, ``warning`` what may not."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """``code`` is stable, ``what`` says what is there, ``mend`` what to do about it."""

    level: Level
    code: str
    what: str
    mend: str | None = None


def ok(code: str, what: str) -> Finding:
    """Nothing is to be done."""
    return Finding(Level.OK, code, what)


def warning(code: str, what: str, mend: str) -> Finding:
    """Something may come of it."""
    return Finding(Level.WARNING, code, what, mend)


def error(code: str, what: str, mend: str) -> Finding:
    """Something does not work."""
    return Finding(Level.ERROR, code, what, mend)
