"""The modules of an app in this interpreter: imported in the app's surroundings, forgotten when it
stops, so that indexing it again starts fresh."""

import importlib
import importlib.util
import os
import sys
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
        #: The working directory that is given back.
        self.came_from: Path | None = None
        self._present: dict[str, ModuleType] = {}
        self._displaced: dict[str, ModuleType] = {}

    @property
    def replaces_another(self) -> bool:
        """Whether an app of the same directory entered before this one, and has not left."""
        return bool(self._others_of_directory()[0])

    def enter(self) -> None:
        """Take the names and the surroundings."""
        self._free_names()
        self._present = dict(sys.modules)
        self.came_from = Path.cwd()
        os.chdir(self.directory)
        sys.path.extend(self._path_entries)
        importlib.invalidate_caches()
        _entered.append(self)

    def leave(self) -> None:
        """Give back what is still ours. Leaving twice, or without having entered, does nothing."""
        if self not in _entered:
            return
        before, after = self._others_of_directory()
        self._pass_on_directory()
        _entered.remove(self)
        for entry in self._path_entries:
            if entry in sys.path:
                sys.path.remove(entry)
        if after:  # a reload: the new one has taken the names for good
            after[0].keep_names()
            return
        self._forget_modules()
        if before:  # a reload that failed: the one before serves on
            sys.modules.update(self._displaced)
        else:
            self._leave_directory()

    def keep_names(self) -> None:
        """Give back no names when leaving: the app that had them has left."""
        self._displaced = {}

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

    def _forget_modules(self) -> None:
        for name in self.own_names():
            del sys.modules[name]

    def _others_of_directory(self) -> tuple[list["AppModules"], list["AppModules"]]:
        """The apps of the same directory that entered before and after this one."""
        position = _entered.index(self)
        before = [app for app in _entered[:position] if app.directory == self.directory]
        after = [app for app in _entered[position + 1 :] if app.directory == self.directory]
        return before, after

    def _pass_on_directory(self) -> None:
        """Whoever came from our directory, or replaces us, gives back the one that we came from."""
        for app in _entered[_entered.index(self) + 1 :]:
            if self.directory in (app.directory, app.came_from):
                app.came_from = self.came_from
                return

    def _leave_directory(self) -> None:
        if self.came_from is not None and Path.cwd() == self.directory:
            os.chdir(self.came_from)

    def own_names(self) -> list[str]:
        """Modules below the directory, without those that were there before: a test of the app, or
        whoever runs it, may live there too."""
        return [
            name
            for name, module in list(sys.modules.items())
            if self._present.get(name) is not module and self._holds(module)
        ]

    def _holds(self, module: ModuleType) -> bool:
        members = getattr(
            module, "__dict__", {}
        )  # an attribute of a module may be code, and import more
        places = [members.get("__file__"), *(members.get("__path__") or ())]
        return any(is_of_app(str(place), self.directory) for place in places if place)

    def _free_names(self) -> None:
        """Names that this app's own files claim are free for them, whichever app holds them now;
        those of the same directory are all its own, also when their files are gone."""
        for app in _entered:
            for name in app.own_names():
                if app.directory == self.directory or self._claims(name.partition(".")[0]):
                    self._displaced[name] = sys.modules.pop(name)

    def _claims(self, name: str) -> bool:
        place = self.directory / name
        return name == APP_PACKAGE or place.is_dir() or place.with_name(f"{name}.py").is_file()


#: The apps of this interpreter, in the order in which they entered.
_entered: list[AppModules] = []
