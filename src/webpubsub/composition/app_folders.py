"""Whether a folder holds a function app, and which one was probably meant."""

from collections.abc import Iterator
from pathlib import Path

from webpubsub.protocol.spelling import did_you_mean

_SCRIPT = "function_app.py"


class AppFolderError(Exception):
    """There is no function app; the text is one line that says what to do."""


def check_app_folder(folder: Path) -> None:
    """Raise AppFolderError unless the folder looks like a function app.

    It does when it has a host.json, a function_app.py, or a folder with a function.json.
    """
    if folder.is_file():
        raise AppFolderError(f"'{folder}' is a file; name the folder it is in: {folder.parent}")
    if not folder.is_dir():
        names = (str(path) for path in _neighbours(folder))
        raise AppFolderError(f"there is no folder '{folder}'." + did_you_mean(str(folder), names))
    if not looks_like_app(folder):
        raise AppFolderError(
            f"'{folder}' holds no function app: it has neither a host.json nor a {_SCRIPT}, and no "
            "folder with a function.json. Name the folder of one, or make one: webpubsub new NAME"
        )


def app_around(folder: Path) -> Path:
    """The folder, or the nearest above it with a host.json when there is no app in it itself.

    Specification: functions-python section 10.3.
    """
    if looks_like_app(folder):
        return folder
    above = (parent for parent in folder.resolve().parents if (parent / "host.json").is_file())
    return next(above, folder)


def looks_like_app(folder: Path) -> bool:
    """Whether there is an app in a folder."""
    if any((folder / name).is_file() for name in ("host.json", _SCRIPT)):
        return True
    return next(folder.glob("*/function.json"), None) is not None


def _neighbours(folder: Path) -> Iterator[Path]:
    if folder.parent.is_dir():
        yield from (path for path in folder.parent.iterdir() if path.is_dir())
