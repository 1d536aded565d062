"""The modules of an app: importable while it runs, forgotten afterwards.

Specification: functions-python sections 2.3 and 12.
"""

import os
import sys
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path

import pytest

from tests.host.python.apps import write
from webpubsub.host.python.app_modules import AppModules

Enter = Callable[[Path], AppModules]


@pytest.fixture
def enter() -> Iterator[Enter]:
    """Enters directories, and leaves them again after the test."""
    entered: list[AppModules] = []

    def enter_directory(directory: Path) -> AppModules:
        modules = AppModules(directory)
        modules.enter()
        entered.append(modules)
        return modules

    yield enter_directory
    for modules in entered:
        modules.leave()


def test_surroundings_are_taken_and_given_back(tmp_path: Path) -> None:
    """Working directory, path and module names are as before once the app has left."""
    write(tmp_path, {"function_app.py": "import helper_of_app", "helper_of_app.py": ""})
    before = (Path.cwd(), list(sys.path), set(sys.modules))
    modules = AppModules(tmp_path)
    modules.enter()
    modules.import_script("function_app.py")
    assert (Path.cwd(), sys.path[-1]) == (tmp_path, str(tmp_path))
    assert {"function_app", "helper_of_app"} <= set(sys.modules)
    modules.leave()
    assert (Path.cwd(), list(sys.path), set(sys.modules)) == before


def test_published_packages_are_importable(tmp_path: Path, enter: Enter) -> None:
    """The folder that publishing fills comes after the app's own."""
    packages = ".python_packages/lib/site-packages"
    write(
        tmp_path,
        {f"{packages}/published_package.py": "X = 1", "app.py": "import published_package"},
    )
    assert enter(tmp_path).import_script("app.py").published_package.X == 1
    assert sys.path[-2:] == [str(tmp_path), str(tmp_path / packages)]
    del sys.modules["published_package"]


def test_an_installed_module_wins_over_one_of_the_app(tmp_path: Path, enter: Enter) -> None:
    """The app is last on the path, as in the real worker."""
    write(tmp_path, {"json.py": "IS_OF_APP = True", "app.py": "import json"})
    assert not hasattr(enter(tmp_path).import_script("app.py").json, "IS_OF_APP")


def test_a_script_is_found_although_its_name_is_taken(
    tmp_path: Path, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script is imported from its file, and is no __main__."""
    write(tmp_path / "a", {"taken_name.py": "X = 'elsewhere'"})
    write(tmp_path / "b", {"taken_name.py": "X = __name__"})
    monkeypatch.syspath_prepend(tmp_path / "a")
    assert enter(tmp_path / "b").import_script("taken_name.py").X == "taken_name"


@pytest.mark.parametrize("directory", ["other", "same"])
def test_each_app_has_its_own_modules(tmp_path: Path, enter: Enter, directory: str) -> None:
    """Two apps with files of the same names get their own, and a reload starts fresh."""
    files = {
        "app.py": "import shared_state\nshared_state.SEEN.append(1)",
        "shared_state.py": "SEEN = []",
    }
    write(tmp_path / "same", files)
    write(tmp_path / "other", files)
    first = enter(tmp_path / "same").import_script("app.py")
    second = enter(tmp_path / directory).import_script("app.py")
    assert first.shared_state.SEEN == second.shared_state.SEEN == [1]
    assert first.shared_state is not second.shared_state


def test_a_reload_leaves_everything_to_the_new_one(tmp_path: Path) -> None:
    """The old one may leave late: directory and modules of the new one stay, until it leaves."""
    write(tmp_path, {"app_to_reload.py": ""})
    before = Path.cwd()
    old, new = AppModules(tmp_path), AppModules(tmp_path)
    old.enter()
    old.import_script("app_to_reload.py")
    new.enter()
    module = new.import_script("app_to_reload.py")
    old.leave()
    assert (Path.cwd(), sys.modules["app_to_reload"], sys.path[-1]) == (
        tmp_path,
        module,
        str(tmp_path),
    )
    new.leave()
    assert (Path.cwd(), "app_to_reload" in sys.modules) == (before, False)


def test_a_reload_that_fails_leaves_everything_to_the_old_one(tmp_path: Path) -> None:
    """The old one finds its own modules under their names, and none of the new one's."""
    write(tmp_path, {"app_to_keep.py": "import helper_to_keep", "helper_to_keep.py": ""})
    before = Path.cwd()
    old = AppModules(tmp_path)
    old.enter()
    kept = old.import_script("app_to_keep.py")
    write(tmp_path, {"app_to_keep.py": "import helper_to_lose; 1/0", "helper_to_lose.py": ""})
    new = AppModules(tmp_path)
    new.enter()
    with pytest.raises(ZeroDivisionError):
        new.import_script("app_to_keep.py")
    new.leave()
    assert sys.modules["app_to_keep"] is kept
    assert ("helper_to_keep" in sys.modules, "helper_to_lose" in sys.modules) == (True, False)
    assert sys.path[-1] == str(tmp_path)
    old.leave()
    assert ("helper_to_keep" in sys.modules, Path.cwd()) == (False, before)


def test_a_file_that_is_gone_cannot_be_imported_after_a_reload(tmp_path: Path) -> None:
    """Although the generation before still holds its module."""
    write(tmp_path, {"helper_to_go.py": ""})
    old = AppModules(tmp_path)
    old.enter()
    old.import_script("helper_to_go.py")
    (tmp_path / "helper_to_go.py").unlink()
    new = AppModules(tmp_path)
    new.enter()
    assert "helper_to_go" not in sys.modules
    old.leave()
    new.leave()


def test_what_was_imported_before_stays(
    tmp_path: Path, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test of the app that lives in its folder keeps what it has imported."""
    write(tmp_path, {"test_of_the_app.py": "", "app.py": ""})
    monkeypatch.syspath_prepend(tmp_path)
    kept = __import__("test_of_the_app")
    modules = enter(tmp_path)
    modules.import_script("app.py")
    modules.leave()
    assert sys.modules.pop("test_of_the_app") is kept


_ORDERS = [
    pytest.param(entered, order, id="".join(entered) + "-" + "".join(map(str, order)))
    for entered in (["a", "b"], ["a", "b", "a"], ["a", "b", "c"])
    for order in permutations(range(len(entered)))
]


@pytest.mark.parametrize(("entered", "order"), _ORDERS)
def test_apps_may_leave_in_any_order(
    tmp_path: Path, entered: list[str], order: tuple[int, ...]
) -> None:
    """The working directory is the last one's while that is there, and in the end as before."""
    before = (Path.cwd(), list(sys.path))
    for name in entered:
        (tmp_path / name).mkdir(exist_ok=True)
    apps = [AppModules(tmp_path / name) for name in entered]
    for app in apps:
        app.enter()
    for position, index in enumerate(order, 1):
        apps[index].leave()
        if len(apps) - 1 in order[position:]:
            assert Path.cwd() == apps[-1].directory
    assert (Path.cwd(), list(sys.path)) == before


def test_leaving_twice_does_nothing(tmp_path: Path) -> None:
    """The second time there is nothing to give back."""
    modules = AppModules(tmp_path)
    modules.enter()
    modules.leave()
    elsewhere = Path.cwd()
    modules.leave()
    assert Path.cwd() == elsewhere


def test_leaving_keeps_a_directory_that_somebody_else_chose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An app that changed the working directory, or its owner, is not overruled."""
    monkeypatch.chdir(Path.cwd())
    (tmp_path / "app").mkdir()
    modules = AppModules(tmp_path / "app")
    modules.enter()
    os.chdir(tmp_path)
    modules.leave()
    assert Path.cwd() == tmp_path


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from . import helper\nX = helper.NAME", "__app__.fn.helper"),
        ("from .helper import NAME as X", "__app__.fn.helper"),
        ("from ..shared import NAME as X", "__app__.shared"),
        ("from __app__.shared import NAME as X", "__app__.shared"),
        ("import shared\nX = shared.NAME", "shared"),
        ("X = __name__", "__app__.fn"),
    ],
)
def test_folders_are_a_package(tmp_path: Path, enter: Enter, source: str, expected: str) -> None:
    """Relative imports, imports from ``__app__`` and plain ones find the app's modules."""
    files = {
        "fn/__init__.py": source,
        "fn/helper.py": "NAME = __name__",
        "shared.py": "NAME = __name__",
    }
    module = enter(write(tmp_path, files)).import_from_package(("fn",))
    assert str(module.X) == expected
