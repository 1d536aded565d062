"""What was counted as a table, and what is to be done about it."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from benchmarks.instructions.baseline import TOLERANCE, Change
from benchmarks.instructions.callgrind import COUNTS, ROOT
from benchmarks.instructions.driver import IMPORT
from benchmarks.instructions.paths import PATHS

BASELINE = Path(__file__).with_name("baseline.json")
_TITLES = {
    IMPORT: "the first use of webpubsub after import azure.functions",
    **{path.name: path.title for path in PATHS.values()},
}
_RENEW = "uv run --extra local python -m benchmarks.instructions --write"


def table(found: Sequence[Change]) -> Table:
    """Every path with what it took, takes now, and the difference."""
    rows = Table(title="Instructions of the hot paths")
    rows.add_column("path")
    rows.add_column("what is done once")
    for heading in ("baseline", "now", "change"):
        rows.add_column(heading, justify="right")
    for one in found:
        before = "" if one.before is None else f"{one.before:,.0f}"
        change = "new" if one.before is None else f"{one.share:+.1%}"
        rows.add_row(one.name, _TITLES[one.name], before, f"{one.now:,.0f}", change)
    return rows


def advice(found: Sequence[Change], baseline: Path) -> Sequence[str]:
    """One line for each thing that is to be known or done; none when all is as it was."""
    lines = [_regression(one) for one in found if one.is_regression]
    new = [one.name for one in found if one.before is None]
    if new:
        lines.append(f"Not in the baseline yet, and so not compared: {', '.join(new)}.")
    improved = [one.name for one in found if one.is_improvement]
    if improved:
        lines.append(
            f"Better by more than {TOLERANCE:.0%}, which the baseline should keep: "
            f"{', '.join(improved)}."
        )
    if lines:
        other = "" if baseline.resolve() == BASELINE else f" --baseline {baseline}"
        lines.append(f"To renew the baseline, once all is as it should be: {_RENEW}{other}")
    return lines


def _regression(one: Change) -> str:
    return (
        f"'{one.name}' takes {one.share:.1%} more instructions than its baseline, and may take "
        f"{TOLERANCE:.0%} more. To see where they go: callgrind_annotate "
        f"{(COUNTS / one.name).relative_to(ROOT)}"
    )
