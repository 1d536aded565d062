"""Whether a key opens what a request asks for.

What a request needs is a ``Demand``; a key is compared with every key that could meet it, each in
constant time, in the order master, system, host, function. Specification: functions-python section
5.3.
"""

from collections.abc import Callable, Iterable
from enum import Enum
from hmac import compare_digest

import msgspec

from webpubsub.host.keys.files import KeyFiles, KeyFilesError
from webpubsub.host.keys.model import Key, system_key_name
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.functions import (
    KEY_LEVEL,
    KEY_MISSING,
    KEY_OF_ANOTHER_FUNCTION,
    KEY_UNKNOWN,
)


class Level(Enum):
    """What a key allows, and what a function asks for. No key has the level ``user``."""

    ANONYMOUS = "anonymous"
    USER = "user"
    FUNCTION = "function"
    SYSTEM = "system"
    ADMIN = "admin"


class Demand(msgspec.Struct, frozen=True):
    """What a request needs. The keys of ``function`` count too, and of the system keys only the one
    that is named, if one is."""

    level: Level
    function: str = ""
    system_key: str = ""


ADMINISTRATION = Demand(Level.ADMIN)


def webhook_demand(extension: str) -> Demand:
    """What the webhook of an extension needs."""
    return Demand(Level.SYSTEM, system_key=system_key_name(extension))


class Holder(msgspec.Struct, frozen=True):
    """Whose key it is: its level, and how a log names it."""

    level: Level
    title: str
    key_name: str


class Authority:
    """Judges keys by the files of an app. ``functions`` lists all functions, to tell whose key was
    given by mistake."""

    def __init__(self, files: KeyFiles, functions: Callable[[], Iterable[str]] = tuple) -> None:
        self._files = files
        self._functions = functions

    def refusal(self, given: str | None, demand: Demand) -> Refusal | None:
        """Why the key does not meet the demand; None when it does. Raises KeyFilesError."""
        if demand.level is Level.ANONYMOUS:
            return None
        if not given:
            return KEY_MISSING.refuse("no key")
        holder = self._holder(given, demand.function)
        if holder is None:
            return self._unknown(given)
        if holder.level is Level.ADMIN or _meets(holder, demand):
            return None
        return KEY_LEVEL.refuse(f"{holder.title}, where the level {_wanted(demand)} is needed")

    def is_master(self, given: str | None) -> bool:
        """Whether this is the master key. Raises KeyFilesError."""
        return bool(given) and _equal(self._files.host().master_key, given or "")

    def _holder(self, given: str, function: str) -> Holder | None:
        host = self._files.host()
        if _equal(host.master_key, given):
            return Holder(Level.ADMIN, "the master key", host.master_key.name)
        own = self._files.function(function) if function else ()
        for level, title, keys in (
            (Level.SYSTEM, "the system key", host.system_keys),
            (Level.FUNCTION, "the host's function key", host.function_keys),
            (Level.FUNCTION, "the function's own key", own),
        ):
            if (key := _find(keys, given)) is not None:
                return Holder(level, f"{title} '{key.name}'", key.name)
        return None

    def _unknown(self, given: str) -> Refusal:
        for function in self._functions():
            try:
                key = _find(self._files.function(function), given)
            except KeyFilesError:
                continue  # it says so when that function is called
            if key is not None:
                return KEY_OF_ANOTHER_FUNCTION.refuse(f"the key '{key.name}' of '{function}'")
        return KEY_UNKNOWN.refuse(f"a key of {len(given)} characters that is none of the app's")


def _meets(holder: Holder, demand: Demand) -> bool:
    if holder.level is not demand.level:
        return False
    return not demand.system_key or demand.system_key == holder.key_name.lower()


def _wanted(demand: Demand) -> str:
    named = f" with the key '{demand.system_key}'" if demand.system_key else ""
    return f"'{demand.level.value}'{named}"


def _find(keys: Iterable[Key], given: str) -> Key | None:
    """Every key is compared, so that the time tells nothing of which one it was."""
    found = [key for key in keys if _equal(key, given)]
    return found[0] if found else None


def _equal(key: Key, given: str) -> bool:
    return compare_digest(key.value.encode(), given.encode(errors="replace"))
