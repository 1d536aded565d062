"""Which files make an app, and when they change.

Specification: functions-python sections 8.7 and 10.1.
"""

from pathlib import Path
from typing import Final

from webpubsub.host.settings.host_config import HostConfig

_NAMES: Final = frozenset({"host.json", "function.json"})
_SUFFIX: Final = ".py"
#: Folders that hold nothing of the app's own, wherever they are.
_FOREIGN: Final = frozenset(
    {
        "__pycache__",
        "node_modules",
        ".git",
        ".hg",
        ".svn",
        ".idea",
        ".vscode",
        ".venv",
        ".python_packages",
        ".webpubsub",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".hypothesis",
        ".tox",
        ".nox",
    }
)
#: pytest makes its cache under such a name, and then renames it.
_PASSING: Final = "pytest-cache-files-"
#: Every virtual environment has this file at its top, whatever its name.
_ENVIRONMENT_FILE: Final = "pyvenv.cfg"


class AppFiles:
    """The files whose change makes another app: Python files, host.json and function.json below
    the root, and what ``watchDirectories`` and ``watchFiles`` of host.json add.

    Virtual environments, caches and packages are no part of it, nor is local.settings.json.
    """

    def __init__(self, root: Path, config: HostConfig) -> None:
        self._root = root
        self._names = _NAMES | {name.lower() for name in config.watch_files}
        self._directories = [Path(name.lower()) for name in config.watch_directories]

    def __contains__(self, path: Path) -> bool:
        """Whether a change of this file, which may be gone by now, is a change of the app."""
        if not path.is_relative_to(self._root):
            return False
        below = path.relative_to(self._root)
        if self._is_foreign(below.parent):
            return False
        return (
            below.suffix.lower() == _SUFFIX
            or below.name.lower() in self._names
            or self._is_watched(below)
            or self._is_function_folder(below)
        )

    def _is_watched(self, below: Path) -> bool:
        lowered = Path(str(below).lower())
        return any(lowered.is_relative_to(directory) for directory in self._directories)

    def _is_function_folder(self, below: Path) -> bool:
        """A folder that is moved comes and goes as one change, which does not name its files."""
        folder = self._root / below
        if len(below.parts) != 1 or below.name.lower() in _FOREIGN:
            return False
        if folder.exists():
            return (folder / "function.json").is_file()
        return not below.suffix and not below.name.startswith(_PASSING)

    def _is_foreign(self, folder: Path) -> bool:
        if any(part.lower() in _FOREIGN for part in folder.parts):
            return True
        above = (self._root.joinpath(*folder.parts[: n + 1]) for n in range(len(folder.parts)))
        return any((place / _ENVIRONMENT_FILE).is_file() for place in above)
