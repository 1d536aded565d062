"""The files of the page, as they are in this package: there is nothing to build."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).parent / "page"
_TYPES: Mapping[str, str] = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@cache
def known_files() -> Mapping[str, Path]:
    """The files by their paths below the page's own, with slashes."""
    found = (path for path in _FOLDER.rglob("*") if path.suffix in _TYPES)
    return {path.relative_to(_FOLDER).as_posix(): path for path in found}


def file_response(name: str, status: int = 200) -> web.Response | None:
    """The answer that is a file; None when there is no such file."""
    path = known_files().get(name)
    if path is None:
        return None
    return web.Response(
        body=path.read_bytes(),
        content_type=_TYPES[path.suffix],
        charset="utf-8",
        status=status,
    )
