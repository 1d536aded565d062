"""Write the pages of the reference that are made from the code: ``python docs/generate.py``."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from webpubsub.host.azure.catalogue import RULES
from webpubsub.protocol.refusals import RefusalKind
from webpubsub.protocol.refusals.catalogue import EDGES, Edge
from webpubsub.protocol.refusals.orders import ORDERS
from webpubsub.protocol.traps import TRAPS

REFERENCE = Path(__file__).parent / "reference"
COMPATIBILITY = Path(__file__).parent / "compatibility.toml"
#: What a rule's status may be, and what it says to a reader.
STATUSES = {
    "yes": "as on Azure",
    "partly": "with less than on Azure",
    "differs": "differs on purpose, or where it is not known what Azure does",
    "not yet": "missing",
}

_REFUSALS_INTRODUCTION = """\
# Refusals

Everything that the service or a function app's decorators refuse, by the code that begins the line
in the log. `webpubsub explain CODE` prints an entry; an HTTP status or a close code in its place
prints all that show as that. Clients see what Azure would show them, and never the code. Only the
first check that fails is told: [the order of the checks](#the-order-of-the-checks) is below.

This page is made from the code by `python docs/generate.py`.
"""


def refusals_page() -> str:
    """The page of all refusals."""
    return "\n".join((_REFUSALS_INTRODUCTION, *_sections(), *_orders()))


def _sections() -> Iterator[str]:
    for edge in EDGES:
        yield f"## {edge.title}\n"
        for kind in edge.kinds:
            yield from _entry(edge, kind)


def _orders() -> Iterator[str]:
    yield "## The order of the checks\n"
    for order in ORDERS:
        yield f"{order.title}:\n"
        for number, kind in enumerate(order.checks, 1):
            yield f"{number}. `{kind.code}`: {_plain(kind.checked)}"
        yield ""


def _entry(edge: Edge, kind: RefusalKind) -> Iterator[str]:
    yield f"### {kind.code}\n"
    yield f"- Checked: {_plain(kind.checked)}"
    yield f"- Wanted: {_plain(kind.wanted)}"
    yield f"- Remedy: {_plain(kind.remedy)}"
    if kind.setting:
        names = (f"`{name.strip()}`" for name in kind.setting.split(","))
        yield f"- Setting: {', '.join(names)}"
    yield f"- Shown as: {edge.shown(kind)}\n"


def _plain(text: str) -> str:
    """The text with what Markdown would take for markup shown as it is."""
    return "".join(f"\\{one}" if one in r"\`*<" else one for one in text)


_TRAPS_INTRODUCTION = """\
# Traps

What Azure takes without a word from a function app, and its developer did not mean. Our host does
the same and warns once for each function; the code that begins the warning leads here, and
`webpubsub explain CODE` prints the entry. With typed bindings most of them are errors where the
mistake is: [Migrate from generic bindings](../how-to/migrate-from-generic-bindings.md).

This page is made from the code by `python docs/generate.py`.
"""


def traps_page() -> str:
    """The page of all traps."""
    return "\n".join((_TRAPS_INTRODUCTION, *_traps()))


def _traps() -> Iterator[str]:
    for title, traps in TRAPS.items():
        yield f"## {title}\n"
        for trap in traps:
            yield f"### {trap.code}\n"
            yield f"- When: {_plain(trap.situation)}"
            yield f"- On Azure: {_plain(trap.azure)}."
            yield f"- Remedy: {_plain(trap.remedy)}\n"


_CHECKS_INTRODUCTION = """\
# Checks

What `webpubsub check --azure` looks for in an app, by the code of what it finds. Without `--azure`
it looks for the first two alone. `--ignore CODE` leaves a finding out.

This page is made from the code by `python docs/generate.py`.
"""


def checks_page() -> str:
    """The page of all rules."""
    return "\n".join((_CHECKS_INTRODUCTION, *_rules()))


def _rules() -> Iterator[str]:
    for rule in RULES:
        yield f"## {rule.code}\n"
        yield f"- What happens: {_plain(rule.happens)}"
        yield f"- Mend: {_plain(rule.mend)}\n"


_COMPATIBILITY_INTRODUCTION = """\
# Compatibility

What the service and the host of functions do of each section of the documents that describe them,
rule by rule, and the tests that see it. The tests name the sections in turn: `client-protocols
section 5.6`.

This page is made from `docs/compatibility.toml` by `python docs/generate.py`.
"""


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the documents, with the numbers of its sections."""

    name: str
    title: str
    sections: tuple[int, ...]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done of a section. ``tests`` are paths below the folder of the tests."""

    document: str
    section: str
    title: str
    rules: tuple[str, ...]
    tests: tuple[str, ...]

    def judged(self) -> Iterator[tuple[str, str]]:
        """Each rule's status and text."""
        for rule in self.rules:
            status, _, text = rule.partition(": ")
            yield status, text


class Compatibility(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``docs/compatibility.toml`` says."""

    documents: tuple[Document, ...]
    sections: tuple[Section, ...]

    def of(self, document: Document) -> list[Section]:
        """The sections of one document, in order."""
        return [one for one in self.sections if one.document == document.name]


@cache
def compatibility() -> Compatibility:
    """The contents of ``docs/compatibility.toml``."""
    return msgspec.convert(tomllib.loads(COMPATIBILITY.read_text(encoding="utf-8")), Compatibility)


def compatibility_page() -> str:
    """The page of all sections."""
    return "\n".join((_COMPATIBILITY_INTRODUCTION, *_legend(), *_documents()))


def _legend() -> Iterator[str]:
    yield "| Status | Meaning |\n|---|---|"
    for status, meaning in STATUSES.items():
        yield f"| {status} | {meaning} |"
    yield ""


def _documents() -> Iterator[str]:
    for document in compatibility().documents:
        yield f"## {document.title}\n"
        yield "| Section of " + document.name + " | Status | | Tests |\n|---|---|---|---|"
        for section in compatibility().of(document):
            yield from _rows(section)
        yield ""


def _rows(section: Section) -> Iterator[str]:
    """A row for each rule; what they have in common stands in the first."""
    title, tests = f"{section.section} {section.title}", _links(section.tests)
    for status, text in section.judged():
        yield f"| {title} | {status} | {_plain(text)} | {tests} |"
        title = tests = ""


def _links(tests: tuple[str, ...]) -> str:
    names = (test.removesuffix(".py").rpartition("test_")[2] for test in tests)
    both = zip(names, tests, strict=True)
    return ", ".join(f"[{_plain(name)}](../../tests/{test})" for name, test in both)


PAGES = {
    REFERENCE / "refusals.md": refusals_page,
    REFERENCE / "traps.md": traps_page,
    REFERENCE / "checks.md": checks_page,
    REFERENCE / "compatibility.md": compatibility_page,
}


def main() -> None:
    """Write every page."""
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
