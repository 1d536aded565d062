"""The figures of a study as a table, and what is wrong with them."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from benchmarks.growth.curves import Curve, Panel


def table(title: str, panels: Sequence[Panel]) -> Table:
    """A row for each size, a column for each curve, and how it grows below."""
    curves = [(panel, curve) for panel in panels for curve in panel.curves]
    rows = Table(title=title, show_footer=True)
    rows.add_column(panels[0].x_label, "slope (of what is good)", justify="right")
    for panel, curve in curves:
        heading = f"{panel.title} ({curve.label}): {panel.y_label}"
        rows.add_column(heading, _growth(curve), justify="right")
    sizes = [point.size for point in curves[0][1].points]
    values = zip(*([point.value for point in curve.points] for _, curve in curves), strict=True)
    for size, row in zip(sizes, values, strict=True):
        rows.add_row(f"{size:,.0f}", *(f"{value:,.4g}" for value in row))
    return rows


def complaints(found: Mapping[str, Sequence[Panel]]) -> Sequence[str]:
    """One line for whatever grows faster than what it is done for."""
    return [
        f"{name}: '{panel.title}' ({curve.label}) grows with a power of {curve.growth}, and "
        f"{curve.most:.2f} would be good."
        for name, panels in found.items()
        for panel in panels
        for curve in panel.curves
        if curve.is_worse_than_linear
    ]


def _growth(curve: Curve) -> str:
    return curve.growth if curve.most is None else f"{curve.growth} (of {curve.most:.2f})"
