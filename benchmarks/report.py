"""The result of a benchmark as one table, with the ratio of ours to each peer."""

import platform
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

OURS = "webpubsub"


def show(title: str, unit: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    """Print ``rows``: what was measured -> contestant -> figure, in ``unit``."""
    contestants = _contestants(rows)
    table = Table(title=title, caption=f"{unit}; Python {platform.python_version()}, one core each")
    table.add_column("work")
    for contestant in contestants:
        table.add_column(contestant, justify="right")
    for peer in contestants:
        if not peer.startswith(OURS):
            table.add_column(f"ours / {peer}", justify="right")
    for work, figures in rows.items():
        table.add_row(work, *_figures(contestants, figures), *_ratios(contestants, figures))
    Console(width=120).print(table)


def _contestants(rows: Mapping[str, Mapping[str, float]]) -> list[str]:
    names = dict.fromkeys(name for figures in rows.values() for name in figures)
    return list(names)


def _figures(contestants: Sequence[str], figures: Mapping[str, float]) -> list[str]:
    return [f"{figures[name]:,.0f}" if name in figures else "" for name in contestants]


def _ratios(contestants: Sequence[str], figures: Mapping[str, float]) -> list[str]:
    ours = figures.get(OURS)
    peers = [name for name in contestants if not name.startswith(OURS)]
    return [f"{ours / figures[peer]:.2f}" if ours and peer in figures else "" for peer in peers]
