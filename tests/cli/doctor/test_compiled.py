"""The compiled part as it is, and as it might be."""

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import ModuleType

import pytest

from webpubsub.cli.doctor import compiled
from webpubsub.cli.doctor.compiled import compiled_part, is_in_checkout, is_outdated, missing
from webpubsub.cli.doctor.finding import Level
from webpubsub.service.websockets.outgoing import sending

MODULE = "webpubsub.service.websockets.outgoing._sending"
SLOWER = "so what is sent to many clients at once takes longer"


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A part that was built of the source that is there, whatever this machine has."""
    source, built = tmp_path / "_sending.pyx", tmp_path / "_sending.so"
    for number, file in enumerate((source, built)):
        file.touch()
        os.utime(file, (number, number))
    module = ModuleType(MODULE)
    module.__file__ = str(built)
    monkeypatch.setitem(sys.modules, MODULE, module)
    monkeypatch.setattr(sending, "send_each", len)
    monkeypatch.setattr(sending, "__file__", str(tmp_path / "sending.py"))
    monkeypatch.setattr(compiled, "is_in_checkout", lambda: True)
    return built


def test_it_is_there() -> None:
    """Then all is well."""
    finding = compiled_part()
    assert (finding.level, finding.code, finding.mend) == (Level.OK, "compiled", None)
    assert finding.what == "used for what is sent to many clients at once"


@pytest.mark.parametrize(
    ("in_checkout", "command"),
    [
        (True, "uv sync --extra local --reinstall-package webpubsub"),
        (False, "pip install --force-reinstall --no-deps --no-binary webpubsub webpubsub"),
    ],
)
def test_it_is_missing(in_checkout: bool, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """That may be as it should, so it is no warning; it is said what it means, and the mend."""
    monkeypatch.setitem(sys.modules, MODULE, None)
    monkeypatch.setattr(compiled, "is_in_checkout", lambda: in_checkout)
    finding = compiled_part()
    assert finding == missing(sys.platform, in_checkout=in_checkout)
    assert finding.level is Level.OK
    assert f"left out by WEBPUBSUB_PURE, or for want of a C compiler, {SLOWER}" in finding.what
    assert f". To have it: {command} (with a C compiler " in finding.what


@pytest.mark.parametrize(
    ("names", "is_so"),
    [
        ([], False),
        (["_sending.cpython-399-x86_64-linux-gnu.so"], True),
        (["_sending.cpython-399-x86_64-linux-gnu.so", f"_sending{EXTENSION_SUFFIXES[0]}"], False),
    ],
)
def test_it_is_there_for_another_python(
    names: list[str], is_so: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of the environment in which the package was installed first, say."""
    monkeypatch.setitem(sys.modules, MODULE, None)
    for name in names:
        (tmp_path / name).touch()
    monkeypatch.setattr(compiled, "is_in_checkout", lambda: True)
    finding = compiled_part()
    assert (finding.what == f"built for another Python, {SLOWER}") is is_so
    assert (finding.level is Level.WARNING) is is_so
    assert "uv sync --extra local --reinstall-package webpubsub" in (finding.mend or finding.what)
    monkeypatch.setattr(compiled, "is_in_checkout", lambda: False)
    assert compiled_part().level is Level.OK


def test_there_is_none_for_windows() -> None:
    """Nor anything to be done about it."""
    assert missing("win32", in_checkout=True).what == f"there is none for Windows, {SLOWER}"


def test_it_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one of another machine."""

    def refuse(_name: str) -> ModuleType:
        raise ImportError("invalid ELF header")

    monkeypatch.setattr(compiled, "import_module", refuse)
    finding = compiled_part()
    assert finding.level is Level.WARNING
    assert finding.what == f"cannot be used, {SLOWER}: invalid ELF header"
    assert finding.mend is not None


@pytest.mark.parametrize(
    ("age", "in_checkout", "is_used", "level"),
    [
        (0, True, True, Level.OK),
        (2, True, True, Level.WARNING),
        (2, False, True, Level.OK),
        (0, True, False, Level.WARNING),
        (0, False, False, Level.WARNING),
    ],
)
def test_it_is_of_another_source(
    age: int,
    in_checkout: bool,
    is_used: bool,
    level: Level,
    built: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that has changed since in a checkout, or one that lacks what is needed now."""
    os.utime(built.with_name("_sending.pyx"), (age, age))
    monkeypatch.setattr(compiled, "is_in_checkout", lambda: in_checkout)
    if not is_used:
        monkeypatch.setattr(sending, "send_each", None)
    finding = compiled_part()
    assert finding.level is level
    if level is Level.WARNING:
        assert finding.what.startswith("of another source than the one that is here, so what is ")
        assert finding.mend is not None
        assert "WEBPUBSUB_PURE" in finding.mend


def test_a_source_that_is_not_there_has_not_changed(built: Path) -> None:
    """Not everybody packs it."""
    built.with_name("_sending.pyx").unlink()
    assert not is_outdated(built)


@pytest.mark.parametrize(
    ("noted", "is_so"),
    [
        (None, False),
        ('{"url": "https://example.com/x.whl", "archive_info": {}}', False),
        ('{"url": "file:///x", "dir_info": {}}', False),
        ('{"url": "file:///x", "dir_info": {"editable": true}}', True),
    ],
)
def test_where_the_package_is(
    noted: str | None, is_so: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what was noted when it was installed."""

    class Installed:
        def read_text(self, _name: str) -> str | None:
            return noted

    monkeypatch.setattr(compiled, "distribution", lambda _name: Installed())
    assert is_in_checkout() is is_so


def test_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was put there by hand."""

    def refuse(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(compiled, "distribution", refuse)
    assert not is_in_checkout()
