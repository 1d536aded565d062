"""The files of the page: all there, and none from elsewhere."""

import re
from pathlib import Path

import pytest

from webpubsub.dashboard.files import file_response, known_files

FILES = sorted(known_files())
_IMPORTS = re.compile(r"^import \{([^}]*)\} from \"([^\"]+)\";", re.MULTILINE)
SCRIPTS = [name for name in FILES if name.endswith(".js")]


def _source(name: str) -> str:
    return known_files()[name].read_text()


def test_the_page_is_there() -> None:
    """With its type; what is not of it is not served."""
    page = file_response("index.html")
    assert page is not None
    assert (page.content_type, page.status) == ("text/html", 200)
    for name in ("", "../dashboard.py", "/etc/passwd", "views", "views/../../files.py"):
        assert file_response(name) is None


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_loaded_from_elsewhere(name: str) -> None:
    """The page works without a network."""
    addresses = set(re.findall(r"https?://[^\s\"'`)]+", _source(name)))
    assert addresses <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_imports_lead_to_files_and_names_that_are_there(name: str) -> None:
    """There is no build that would notice."""
    for names, target in _IMPORTS.findall(_source(name)):
        path = (Path("/") / name).parent / target
        source = _source(path.resolve().relative_to("/").as_posix())
        for imported in filter(None, (one.strip() for one in names.split(","))):
            pattern = rf"^export (async )?(function|const|class) {re.escape(imported)}\b"
            assert re.search(pattern, source, re.MULTILINE), f"{imported} of {target}"


@pytest.mark.parametrize("name", SCRIPTS)
def test_markup_is_never_made_of_text(name: str) -> None:
    """What clients say is text; and the policy of the page allows no inline styles and scripts."""
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert forbidden not in _source(name)
