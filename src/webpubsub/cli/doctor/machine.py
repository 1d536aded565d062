"""The machine: Python, the packages of this one and what is compiled of it, and how many files a
process may open."""

import platform
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from webpubsub.cli.doctor.compiled import compiled_part
from webpubsub.cli.doctor.finding import Finding, error, ok, warning

_PACKAGE = "webpubsub"
_NEWEST_TESTED = (3, 14)
_LOCAL = "local"
#: What is missing when an extra is not installed.
_EXTRAS = {
    "eventhubs": "event listeners that are event hubs",
    "identity": "identities of Microsoft Entra",
    "telemetry": "traces for OpenTelemetry",
}
#: A process needs some for itself, and every client takes one.
_OWN_FILES = 64
_FEW_FILES = 4096


def machine() -> Iterator[Finding]:
    """All that is found before anybody's app is looked at."""
    yield python(sys.version_info[:2])
    yield from packages(requires(_PACKAGE) or ())
    yield compiled_part()
    yield from open_files(_file_limit())


def python(found: tuple[int, int]) -> Finding:
    """The interpreter."""
    what = f"Python {'.'.join(map(str, found))} ({platform.python_implementation()})"
    if found > _NEWEST_TESTED:
        newest = ".".join(map(str, _NEWEST_TESTED))
        return warning("python", f"{what} is newer than what is tested", f"Use Python {newest}.")
    return ok("python", f"{what}, {_PACKAGE} {version(_PACKAGE)}")


def packages(requirements: Sequence[str]) -> Iterator[Finding]:
    """Whether what this package requires is there, in a version that goes with it."""
    parsed = [Requirement(text) for text in requirements]
    needed = [one for one in parsed if _applies(one, _LOCAL)]
    wrong = [finding for one in needed if (finding := _judged("packages", one, _LOCAL))]
    yield from wrong or [ok("packages", f"all {len(needed)} in versions that go together")]
    for extra, purpose in _EXTRAS.items():
        own = [one for one in parsed if _applies(one, extra) and not _applies(one, "")]
        yield _extra(extra, purpose, own)


def open_files(limit: int | None) -> Iterator[Finding]:
    """How many clients can be connected; None where the system has no such limit."""
    if limit is None:
        return
    what = f"this process may open {limit} files, and so serve {max(limit - _OWN_FILES, 0)} clients"
    if limit >= _FEW_FILES:
        yield ok("files", what)
        return
    yield warning("files", what, "Raise the limit for tests with many: ulimit -n 65536")


def _applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _judged(code: str, requirement: Requirement, extra: str) -> Finding | None:
    mend = f"pip install '{_PACKAGE}[{extra}]'"
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return error(code, f"{requirement.name} is not installed", mend)
    if requirement.specifier.contains(found, prereleases=True):
        return None
    what = f"{requirement.name} is {found}, and must be {requirement.specifier}"
    return error(code, what, f"pip install '{requirement.name}{requirement.specifier}'")


def _extra(name: str, purpose: str, requirements: Sequence[Requirement]) -> Finding:
    code = f"extra.{name}"
    wrong = [finding for one in requirements if (finding := _judged(code, one, name))]
    if not wrong:
        return ok(code, f"{purpose} can be used")
    if "not installed" in wrong[0].what:
        return ok(code, f"not installed, which {purpose} would need: {wrong[0].mend}")
    return wrong[0]


def _file_limit() -> int | None:
    try:
        import resource
    except ModuleNotFoundError:
        return None
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
