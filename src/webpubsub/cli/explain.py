"""``webpubsub explain``: what a refusal or a trap in a log means, and how to mend it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from webpubsub.cli.console import fail
from webpubsub.cli.entries import entry, field

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
    dashboard: Annotated[
        str | None,
        typer.Option(
            metavar="LINK",
            help="The link that start or service printed: explain what was refused there lately, "
            "with what was seen.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Say why something was refused, or what Azure makes of it, and how to mend it."""
    if dashboard is not None:
        from webpubsub.cli.recent_refusals import show_recent_refusals

        show_recent_refusals(dashboard, (code or "").strip())
        return
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
        return [_entry(kind), *_checks_until(kind)]
    if trap := BY_CODE.get(code.lower()):
        return [_trap_entry(trap)]
    if code.isdecimal():
        entries = [_entry(kind) for kind in catalogue.shown_as(int(code))]
    else:
        entries = [_entry(kind) for kind in catalogue.starting_with(code)]
        entries += [_trap_entry(trap) for trap in starting_with(code)]
    return entries or _fail_for(code)


def _checks_until(kind: "RefusalKind") -> Iterator[str]:
    """What must be in order before this is checked, wherever that is."""
    from webpubsub.protocol.refusals.orders import ORDERS

    for order in ORDERS:
        checks = order.until(kind)
        if checks:
            lines = (
                field(f"{number:>2}.", f"{one.checked}; wanted {one.wanted}", width=3)
                for number, one in enumerate(checks, 1)
            )
            yield "\n".join((f"{order.title}, and this is checked in turn:", *lines))


def _trap_entry(trap: "Trap") -> str:
    return entry(
        trap.code,
        {"when": trap.situation, "on Azure": f"{trap.azure}.", "remedy": trap.remedy},
    )


def _entry(kind: "RefusalKind") -> str:
    from webpubsub.protocol.refusals.catalogue import shown

    return entry(
        kind.code,
        {
            "checked": kind.checked,
            "wanted": kind.wanted,
            "remedy": kind.remedy,
            "setting": kind.setting,
            "shown as": shown(kind),
        },
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
