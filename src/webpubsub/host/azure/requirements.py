"""requirements.txt: what an app has Azure install."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

_COMMENT = re.compile(r"(^|\s)#.*")
_INCLUDED = re.compile(r"(?:-r\s*|--requirement[\s=])(.+)")


class Requirements:
    """The packages by name; what pip reads besides names of packages is passed over."""

    def __init__(self, packages: Sequence[Requirement]) -> None:
        self._packages = packages

    @classmethod
    def read(cls, path: Path) -> "Requirements | None":
        """Those of a file and of the files it includes, or None when there is no such file."""
        return cls(list(_read(path, set()))) if path.is_file() else None

    def of(self, name: str) -> list[Requirement]:
        """Every line for a package, in any spelling of its name."""
        wanted = canonicalize_name(name)
        return [item for item in self._packages if canonicalize_name(item.name) == wanted]

    def __contains__(self, name: str) -> bool:
        return bool(self.of(name))


def _read(path: Path, read_already: set[Path]) -> Iterator[Requirement]:
    if path in read_already or not path.is_file():
        return
    read_already.add(path)
    text = path.read_text(encoding="utf-8-sig", errors="replace").replace("\\\n", " ")
    for line in (_COMMENT.sub("", line).strip() for line in text.splitlines()):
        included = _INCLUDED.fullmatch(line)
        if included:
            yield from _read((path.parent / included[1].strip()).resolve(), read_already)
        else:
            yield from _requirement(line)


def _requirement(line: str) -> Iterator[Requirement]:
    """An option such as ``--hash`` may follow the name."""
    text = line.split(" --")[0]
    try:
        yield Requirement(_named(text) if text.endswith(".whl") else text)
    except (InvalidRequirement, InvalidWheelFilename):
        return


def _named(path: str) -> str:
    """The package and version that a wheel of a folder is."""
    name, version, _, _ = parse_wheel_filename(PurePosixPath(path).name)
    return f"{name}=={version}"
