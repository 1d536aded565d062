"""``webpubsub explain``: what a refusal or a trap in a log means, and how to mend it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from webpubsub.cli.console import fail

if TYPE_CHECKING:
    from webpubsub.protocol.refusals import RefusalKind
    from webpubsub.protocol.traps import Trap


def explain(
    code: Annotated[
        str | None,
        typer.Argument(
            help="Code of a refusal or trap, its beginning, or an HTTP status or close code; all "
            "of them without it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Say why something was refused, or what Azure makes of it, and how to mend it."""
    typer.echo("\n\n".join(_overviews() if code is None else _entries(code.strip())))


def _overviews() -> Iterator[str]:
    from webpubsub.protocol.refusals.catalogue import EDGES
    from webpubsub.protocol.traps import TRAPS

    for edge in EDGES:
        yield _overview(edge.title, {kind.code: kind.checked for kind in edge.kinds})
    for title, traps in TRAPS.items():
        yield _overview(title, {trap.code: trap.situation for trap in traps})


def _entries(code: str) -> list[str]:
    """Those that fit: the one of that code, or those that begin with it or show as it."""
    from webpubsub.protocol.refusals import catalogue
    from webpubsub.protocol.traps import BY_CODE, starting_with

    if kind := catalogue.KINDS.get(code.lower()):
        return [_entry(kind)]
    if trap := BY_CODE.get(code.lower()):
        return [_trap_entry(trap)]
    if code.isdecimal():
        entries = [_entry(kind) for kind in catalogue.shown_as(int(code))]
    else:
        entries = [_entry(kind) for kind in catalogue.starting_with(code)]
        entries += [_trap_entry(trap) for trap in starting_with(code)]
    return entries or _fail_for(code)


def _trap_entry(trap: "Trap") -> str:
    fields = {"when": trap.situation, "on Azure": f"{trap.azure}.", "remedy": trap.remedy}
    return "\n".join((trap.code, *(_field(name, value) for name, value in fields.items())))


def _entry(kind: "RefusalKind") -> str:
    from webpubsub.protocol.refusals.catalogue import shown

    fields = {
        "checked": kind.checked,
        "wanted": kind.wanted,
        "remedy": kind.remedy,
        "setting": kind.setting,
        "shown as": shown(kind),
    }
    lines = (_field(name, value) for name, value in fields.items() if value)
    return "\n".join((kind.code, *lines))


def _field(name: str, value: str) -> str:
    import shutil
    import textwrap

    return textwrap.fill(
        value,
        width=min(shutil.get_terminal_size().columns, 100),
        initial_indent=f"  {name:<8}  ",
        subsequent_indent=" " * 12,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _overview(title: str, entries: Mapping[str, str]) -> str:
    width = max(map(len, entries))
    lines = (f"  {code:<{width}}  {text}" for code, text in entries.items())
    return "\n".join((title, *lines))


def _fail_for(code: str) -> NoReturn:
    from webpubsub.protocol.refusals.catalogue import near
    from webpubsub.protocol.spelling import listed
    from webpubsub.protocol.traps import BY_CODE

    matches = near(code, BY_CODE)
    meant = f"did you mean {listed(matches)}?" if matches else "'webpubsub explain' lists them all"
    fail(f"there is no refusal '{code}'; {meant}")
