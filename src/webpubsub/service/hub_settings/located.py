"""A value together with where it stands in a file, so that a mistake can be pointed at."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn, TypeAlias

import msgspec

from webpubsub.protocol.spelling import did_you_mean, listed

KeyPath: TypeAlias = tuple[str | int, ...]
_LONGEST_SHOWN = 80


class HubSettingsError(Exception):
    """Settings cannot be used; the text is one line that says where, what was seen and what was
    expected."""


class Source(msgspec.Struct, frozen=True):
    """Where settings come from: a file's ``name``, the ``lines`` of its keys as far as they are
    known, and how a path of keys is written there (``label``)."""

    name: str
    lines: Mapping[KeyPath, int]
    label: Callable[[KeyPath], str]

    def line(self, path: KeyPath) -> int | None:
        """The line of a key, or of the nearest key above it whose line is known."""
        above = (path[:length] for length in range(len(path), 0, -1))
        return next((self.lines[key] for key in above if key in self.lines), None)

    def place(self, path: KeyPath) -> str:
        """``NAME, line N``."""
        line = self.line(path)
        return self.name if line is None else f"{self.name}, line {line}"


class Setting(msgspec.Struct, frozen=True):
    """One value of a file. The methods that read it raise HubSettingsError."""

    source: Source
    path: KeyPath
    value: Any

    def wrong(self, wanted: str, *, seen: str | None = None, hint: str = "") -> NoReturn:
        """Say that the value is not what was wanted; ``seen`` stands for a value with secrets."""
        shown = _shown(self.value) if seen is None else seen
        self.fail(f"{self.source.label(self.path)} is {shown}, and must be {wanted}.{hint}")

    def fail(self, sentence: str) -> NoReturn:
        """Say what is wrong here."""
        raise HubSettingsError(f"{self.source.place(self.path)}: {sentence}")

    def entries(self) -> dict[str, "Setting"]:
        """The values of a table whose keys are names that the user chooses."""
        if not isinstance(self.value, dict):
            self.wrong("a table")
        return {key: self._child(key, value) for key, value in self.value.items()}

    def table(self, known: Collection[str]) -> dict[str, "Setting"]:
        """The values of a table that may have these keys and no others."""
        found = self.entries()
        for key, setting in found.items():
            if key not in known:
                hint = did_you_mean(key, known) or f" There are {listed(known)}."
                name = self.source.label(self.path) or "the file"
                setting.fail(f"{name} has no setting '{key}'.{hint}")
        return found

    def items(self) -> list["Setting"]:
        """The values of an array, or of a table whose keys are numbers, as .NET has arrays."""
        if isinstance(self.value, list):
            return [self._child(index, value) for index, value in enumerate(self.value)]
        if not _is_numbered(self.value):
            self.wrong("an array")
        return [self._child(key, self.value[key]) for key in sorted(self.value, key=int)]

    def text(self, wanted: str = "a text that is not blank") -> str:
        """A text that is not blank, without the blanks around it."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.wrong(wanted)
        return self.value.strip()

    def _child(self, key: str | int, value: Any) -> "Setting":
        return Setting(self.source, (*self.path, key), value)


def _is_numbered(value: object) -> bool:
    return isinstance(value, dict) and all(key.isascii() and key.isdigit() for key in value)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "an array"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
