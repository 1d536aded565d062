"""requirements.txt and the version of Python.

Specification: functions-python sections 0.1 and 12.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.rule import Rule, Seen
from webpubsub.host.settings.app_files import AppFiles

_FILE = "requirements.txt"
_LIBRARY = "azure-functions"
_OURS = "webpubsub"
_LOCAL = "local"
_FIRST_WITH_SECOND_LINE = (3, 13)
_OLDEST, _NEWEST = (3, 10), (3, 14)


def _missing(app: AzureApp) -> Iterator[Seen]:
    if app.requirements is None and not (app.folder / "pyproject.toml").is_file():
        yield Seen(_FILE, "there is no such file")


def _without_library(app: AzureApp) -> Iterator[Seen]:
    listed = app.requirements
    if listed is not None and _LIBRARY not in listed and _OURS not in listed:
        yield Seen(_FILE, f"neither {_LIBRARY} nor {_OURS} is listed")


def _without_ours(app: AzureApp) -> Iterator[Seen]:
    if app.requirements is None or _OURS in app.requirements:
        return
    for path in _sources(app):
        if _imports_ours(path):
            yield Seen(
                _FILE, f"{path.relative_to(app.folder)} imports {_OURS}, which is not listed"
            )
            return


def _sources(app: AzureApp) -> Iterator[Path]:
    own = AppFiles(app.folder, app.config)
    return (path for path in sorted(app.folder.rglob("*.py")) if path in own)


def _imports_ours(path: Path) -> bool:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    return any(
        name.partition(".")[0] == _OURS for node in ast.walk(tree) for name in _imported(node)
    )


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def _with_local_extra(app: AzureApp) -> Iterator[Seen]:
    for item in app.requirements.of(_OURS) if app.requirements else ():
        if _LOCAL in item.extras:
            yield Seen(_FILE, f"'{item}'")


def _with_other_line(app: AzureApp) -> Iterator[Seen]:
    line = 2 if app.python >= _FIRST_WITH_SECOND_LINE else 1
    environment = {"python_version": _shown(app.python), "python_full_version": _full(app.python)}
    for item in app.requirements.of(_LIBRARY) if app.requirements else ():
        applies = item.marker is None or item.marker.evaluate(environment)
        if applies and not item.url and not _lets_in(item.specifier, line):
            yield Seen(_FILE, f"'{item}' with Python {_shown(app.python)}, whose line is {line}.x")


def _lets_in(specifiers: SpecifierSet, line: int) -> bool:
    """Whether some version of a line satisfies them: those they name, or one of many."""
    named = (_version(item.version.removesuffix(".*")) for item in specifiers)
    candidates = [Version(f"{line}.{minor}.0") for minor in range(100)]
    candidates += [version for version in named if version and version.major == line]
    return any(specifiers.contains(version, prereleases=True) for version in candidates)


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _with_other_python(app: AzureApp) -> Iterator[Seen]:
    if not _OLDEST <= app.python <= _NEWEST:
        yield Seen("Python", f"this is Python {_shown(app.python)}")


def _shown(python: tuple[int, int]) -> str:
    return f"{python[0]}.{python[1]}"


def _full(python: tuple[int, int]) -> str:
    return f"{_shown(python)}.0"


RULES = (
    Rule(
        code="requirements.missing",
        happens="Nothing is installed for the app, and its imports fail: it has no functions.",
        mend="Write a requirements.txt with what the app imports: 'webpubsub', or "
        "'azure-functions' alone.",
        find=_missing,
    ),
    Rule(
        code="requirements.azure-functions",
        happens="The app runs with whatever version the worker brings, if with any.",
        mend="Add 'azure-functions' to requirements.txt.",
        find=_without_library,
    ),
    Rule(
        code="requirements.webpubsub",
        happens="The import fails, and the whole app has no functions.",
        mend="Add 'webpubsub' to requirements.txt.",
        find=_without_ours,
    ),
    Rule(
        code="requirements.local-extra",
        happens="The service and the host are installed, which the app on Azure never uses: the "
        "package is larger and each cold start slower.",
        mend="Write 'webpubsub', and keep 'webpubsub[local]' to your own environment.",
        find=_with_local_extra,
    ),
    Rule(
        code="requirements.azure-functions.line",
        happens="Python from 3.13 on has the line 2.x of azure-functions, Python up to 3.12 the "
        "line 1.x: the other one cannot be installed, or does not fit the worker.",
        mend="Let the line in that belongs to the version of Python, or give no version.",
        find=_with_other_line,
    ),
    Rule(
        code="python.version",
        happens="Azure Functions runs Python 3.10 to 3.14, and nothing was seen of the app with "
        "one of them.",
        mend="Run the check with the version of Python that the app has on Azure.",
        find=_with_other_python,
    ),
)
