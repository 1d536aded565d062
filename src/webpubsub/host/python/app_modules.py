"""The modules of an app in this interpreter: imported in the app's surroundings, forgotten when it
stops, so that indexing it again starts fresh."""

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Final

from webpubsub.host.python.tracebacks import is_of_app

#: The package by which function.json apps import from their root.
APP_PACKAGE: Final = "__app__"
_PUBLISHED_PACKAGES = Path(".python_packages", "lib", "site-packages")


class AppModules:
    """Makes a directory importable as the real worker does, and undoes it.

    The directory is the working directory and the last entry of ``sys.path`` between ``enter`` and
    ``leave``. When two apps live in one interpreter, the names of modules belong to the one that
    entered last; the other keeps the modules it has already imported.
    Specification: functions-python sections 2.3 and 12.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self._path_entries = [str(self.directory)]
        if (self.directory / _PUBLISHED_PACKAGES).is_dir():
            self._path_entries.append(str(self.directory / _PUBLISHED_PACKAGES))
        self._previous_directory: Path | None = None

    def enter(self) -> None:
        """Take the names and the surroundings."""
        self._forget_names()
        self._previous_directory = Path.cwd()
        os.chdir(self.directory)
        sys.path.extend(self._path_entries)
        importlib.invalidate_caches()

    def leave(self) -> None:
        """Give back what is still ours."""
        for name in [name for name, module in self._own_modules()]:
            del sys.modules[name]
        for entry in self._path_entries:
            if entry in sys.path:
                sys.path.remove(entry)
        if self._previous_directory is not None and Path.cwd() == self.directory:
            os.chdir(self._previous_directory)
        self._previous_directory = None

    def import_script(self, file_name: str) -> ModuleType:
        """Import a script of the app's root by the stem of its name, whatever else is on the path.

        Raises whatever the script raises.
        """
        name = Path(file_name).stem
        spec = importlib.util.spec_from_file_location(name, self.directory / file_name)
        if spec is None or spec.loader is None:
            raise ImportError(f"{file_name} is not a Python file", name=name)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module

    def import_from_package(self, parts: tuple[str, ...]) -> ModuleType:
        """Import a module of the app's root by its path below ``__app__``."""
        if APP_PACKAGE not in sys.modules:
            spec = ModuleSpec(APP_PACKAGE, None, is_package=True)
            spec.submodule_search_locations = [str(self.directory)]
            sys.modules[APP_PACKAGE] = importlib.util.module_from_spec(spec)
        return importlib.import_module(".".join((APP_PACKAGE, *parts)))

    def _own_modules(self) -> Iterator[tuple[str, ModuleType]]:
        for name, module in list(sys.modules.items()):
            locations = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
            if any(place and is_of_app(str(place), self.directory) for place in locations):
                yield name, module

    def _forget_names(self) -> None:
        """Names that this app's own files claim are free for them, whoever holds them now."""
        claimed = {path.stem for path in self.directory.glob("*.py")} | {APP_PACKAGE}
        claimed |= {path.parent.name for path in self.directory.glob("*/__init__.py")}
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in claimed and _is_of_some_app(module):
                del sys.modules[name]


def _is_of_some_app(module: ModuleType) -> bool: ...
