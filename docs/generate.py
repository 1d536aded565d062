"""Write the pages of the reference that are made from the code: ``python docs/generate.py``."""

from collections.abc import Iterator
from pathlib import Path

from webpubsub.protocol.refusals import RefusalKind
from webpubsub.protocol.refusals.catalogue import EDGES, Edge

REFERENCE = Path(__file__).parent / "reference"

_REFUSALS_INTRODUCTION = """\
# Refusals

Everything that the service or a function app's decorators refuse, by the code that begins the line
in the log. `webpubsub explain CODE` prints an entry; an HTTP status or a close code in its place
prints all that show as that. Clients see what Azure would show them, and never the code.

This page is made from the code by `python docs/generate.py`.
"""


def refusals_page() -> str:
    """The page of all refusals."""
    return "\n".join((_REFUSALS_INTRODUCTION, *_sections()))


def _sections() -> Iterator[str]:
    for edge in EDGES:
        yield f"## {edge.title}\n"
        for kind in edge.kinds:
            yield from _entry(edge, kind)


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


PAGES = {REFERENCE / "refusals.md": refusals_page}


def main() -> None:
    """Write every page."""
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
