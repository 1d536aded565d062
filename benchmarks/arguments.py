"""What the commands of the benchmarks have in common."""

import argparse
from collections.abc import Callable, Collection, Sequence


def some_of(known: Collection[str]) -> Callable[[str], Sequence[str]]:
    """Reads names that are separated by commas. Raises ArgumentTypeError for one that is not among
    these."""

    def read(text: str) -> Sequence[str]:
        names = [name.strip() for name in text.split(",")]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"there is no '{unknown[0]}': {', '.join(known)}")
        return names

    return read
