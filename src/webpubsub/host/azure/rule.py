"""Rules as data: what is looked for, what happens on Azure where it is found, how to mend it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from webpubsub.host.azure.app import AzureApp
from webpubsub.protocol.traps import Trap


class Seen(NamedTuple):
    """One place where a rule found something: the file or function, and what is there."""

    where: str
    what: str


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """``code`` is stable. ``happens`` is what Azure makes of it, ``mend`` what to do; both hold for
    every place that ``find`` sees. ``explains`` says that the function is in error by this very
    thing, here too."""

    code: str
    happens: str
    mend: str
    find: Callable[[AzureApp], Iterable[Seen]]
    explains: bool = False

    @classmethod
    def of_trap(
        cls, trap: Trap, find: Callable[[AzureApp], Iterable[Seen]], *, explains: bool = False
    ) -> "Rule":
        """The rule for what Azure takes without a word."""
        happens = f"{trap.azure[0].upper()}{trap.azure[1:]}."
        return cls(code=trap.code, happens=happens, mend=trap.remedy, find=find, explains=explains)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says of one place."""

    code: str
    where: str
    what: str
    happens: str
    mend: str

    @classmethod
    def of(cls, rule: Rule, seen: Seen) -> "Finding":
        """The finding of a rule."""
        return cls(
            code=rule.code,
            where=seen.where,
            what=seen.what,
            happens=rule.happens,
            mend=rule.mend,
        )
