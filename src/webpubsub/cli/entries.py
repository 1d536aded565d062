"""Entries of a few named texts, which fit the terminal."""

import shutil
import textwrap
from collections.abc import Mapping

_WIDEST = 100


def entry(title: str, fields: Mapping[str, str | None]) -> str:
    """A title, and below it what there is under each name."""
    return "\n".join((title, *(field(name, value) for name, value in fields.items() if value)))


def field(name: str, value: str, *, width: int = 8) -> str:
    """A text behind its name, which has some room, in as many lines as it takes."""
    begin = f"  {name:<{width}}  "
    return textwrap.fill(
        value,
        width=min(shutil.get_terminal_size().columns, _WIDEST),
        initial_indent=begin,
        subsequent_indent=" " * len(begin),
        break_long_words=False,
        break_on_hyphens=False,
    )
