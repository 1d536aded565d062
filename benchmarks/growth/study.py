"""One thing that grows, and what is measured for each of its sizes."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from benchmarks.growth.curves import Panel

#: Is told what is being measured.
Tell = Callable[[str], None]


class Study(msgspec.Struct, frozen=True):
    """``measure`` is told the sizes, and how many seconds of a server's processor to spend three
    times for each figure."""

    name: str
    title: str
    sizes: Sequence[int]
    measure: Callable[[Sequence[int], float, Tell], Awaitable[Sequence[Panel]]]
