"""``webpubsub explain``: what a refusal in a log means, and how to mend it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from webpubsub.cli.console import fail

if TYPE_CHECKING:
    from webpubsub.protocol.refusals import RefusalKind


def explain(
    code: Annotated[
        str | None,
        typer.Argument(
            help="Code of a refusal, its beginning, or an HTTP status or close code; all of them "
            "without it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Say why something was refused: what was checked, what was wanted, and how to mend it."""
    from webpubsub.protocol.refusals import catalogue

    if code is None:
        typer.echo("\n\n".join(_overview(edge.title, edge.kinds) for edge in catalogue.EDGES))
        return
    code = code.strip()
    if kind := catalogue.KINDS.get(code.lower()):
        typer.echo(_entry(kind))
        return
    several = catalogue.shown_as(int(code)) if code.isdecimal() else catalogue.starting_with(code)
    if not several:
        _fail_for(code)
    typer.echo("\n\n".join(_entry(kind) for kind in several))


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


def _overview(title: str, kinds: "Sequence[RefusalKind]") -> str:
    width = max(len(kind.code) for kind in kinds)
    lines = (f"  {kind.code:<{width}}  {kind.checked}" for kind in kinds)
    return "\n".join((title, *lines))


def _fail_for(code: str) -> NoReturn:
    from webpubsub.protocol.refusals.catalogue import near
    from webpubsub.protocol.spelling import listed

    matches = near(code)
    meant = f"did you mean {listed(matches)}?" if matches else "'webpubsub explain' lists them all"
    fail(f"there is no refusal '{code}'; {meant}")
