"""Apps to begin with, whose files come with this package.

An app has the files of its template and those that all have in common. Names that begin with
``dot_`` are written with a dot, so that those files mean nothing where they are kept.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_COMMON = "common"
_DOT = "dot_"
_CACHE = "__pycache__"


class Template(StrEnum):
    """What a new app can be."""

    MINIMAL = "minimal"
    CHAT = "chat"
    NOTIFICATIONS = "notifications"


class AppExists(Exception):
    """Files are there already; ``names`` says which."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def write_app(folder: Path, template: Template, *, force: bool = False) -> list[str]:
    """Write a new app to a folder, which is made if need be, and answer the names of its files.

    Raises AppExists, with nothing written, when a file of that name exists; with ``force`` it is
    overwritten. Raises OSError when the folder cannot be written to.
    """
    contents = _files_of(template)
    existing = [name for name in contents if (folder / name).exists()]
    if existing and not force:
        raise AppExists(existing)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return list(contents)


def _files_of(template: Template) -> Mapping[str, bytes]:
    kept = files("webpubsub.cli") / "templates"
    found = (one for name in (_COMMON, template) for one in _files_in(kept / name))
    return dict(sorted((_written(one.name), one.read_bytes()) for one in found))


def _files_in(folder: Traversable) -> Iterator[Traversable]:
    return (one for one in folder.iterdir() if one.name != _CACHE)


def _written(name: str) -> str:
    return f".{name.removeprefix(_DOT)}" if name.startswith(_DOT) else name
