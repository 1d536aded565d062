"""Which files of an app's folder are published: all but those that .funcignore names.

Specification: functions-python section 10.4.
"""

from functools import cached_property
from pathlib import Path

from pathspec import GitIgnoreSpec

FUNCIGNORE = ".funcignore"


class PublishedFiles:
    """The files of a folder without those that its .funcignore leaves out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __contains__(self, name: str) -> bool:
        """Whether a file that is there, named from the folder, is published."""
        return (self._folder / name).is_file() and not self._ignored.match_file(name)

    @cached_property
    def _ignored(self) -> GitIgnoreSpec:
        path = self._folder / FUNCIGNORE
        if not path.is_file():
            return GitIgnoreSpec.from_lines([])
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        return GitIgnoreSpec.from_lines(text.splitlines())
