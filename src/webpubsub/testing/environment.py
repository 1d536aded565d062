"""The environment of a test: settings that are there while it runs, and gone afterwards."""

import os
from collections.abc import Mapping


class Environment:
    """The variables of this process, which are as they were after ``restore``."""

    def __init__(self) -> None:
        self._before: Mapping[str, str] | None = None

    def change(self, settings: Mapping[str, str]) -> None:
        """Remember all, and set some."""
        self._before = dict(os.environ)
        os.environ.update(settings)

    def restore(self) -> None:
        """Undo every change since, whoever made it."""
        before, self._before = self._before, None
        if before is None:
            return
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        changed = {name: text for name, text in before.items() if os.environ.get(name) != text}
        os.environ.update(changed)
