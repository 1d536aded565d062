"""The process whose instructions are counted: ``python -m benchmarks.instructions.driver PATH …``.

It prints the names of its parts as JSON: for each path one in which it is done so many times, and
one in which it is done twice as often. What the second has more is what the path takes: everything
that happens once drops out.
"""

import asyncio
import gc
import importlib
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TextIO

from benchmarks.instructions.gauge import Gauge, leave_uncounted, switch_callgrind

#: What is imported, after what an app has imported by then.
IMPORT = "import"
REFERENCE = "reference"
#: An argument: do everything, outside of callgrind.
UNCOUNTED = "--uncounted"
_BEFORE = "azure.functions"
_IMPORTED = "webpubsub"
_FIRST_NAME = "WebPubSubApp"
_REFERENCE_TIMES = 50


def main(names: Sequence[str], gauge: Gauge) -> Sequence[str]:
    """Do everything that is to be counted; the parts."""
    gc.disable()  # when it comes depends on everything that was made before
    importlib.import_module(_BEFORE)
    with gauge.counting():
        gauge.mark()
        getattr(importlib.import_module(_IMPORTED), _FIRST_NAME)
        gauge.mark(IMPORT)

    # Only now, because these import what has just been counted.
    from webpubsub.host.workers.loops import fastest_loop

    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        asyncio.Runner(loop_factory=fastest_loop()) as runner,
    ):
        runner.run(_count_paths(names, gauge, nowhere))
    return gauge.parts


async def _count_paths(names: Sequence[str], gauge: Gauge, nowhere: TextIO) -> None:
    from benchmarks.instructions import reference
    from benchmarks.instructions.paths import PATHS
    from benchmarks.instructions.scene import Scene

    async def refer() -> None:
        reference.work()

    await _count(REFERENCE, refer, _REFERENCE_TIMES, gauge)
    scene = Scene(nowhere)
    await scene.start()
    for path in (PATHS[name] for name in names):
        await _count(path.name, await path.prepare(scene), path.times, gauge)
    await scene.stop()


async def _count(
    name: str, operation: Callable[[], Awaitable[None]], times: int, gauge: Gauge
) -> None:
    await _repeat(operation, times)  # Python adapts code that it runs often
    with gauge.counting():
        gauge.mark()
        await _repeat(operation, times)
        gauge.mark(f"{name} {times}")
        await _repeat(operation, 2 * times)
        gauge.mark(f"{name} {2 * times}")


async def _repeat(operation: Callable[[], Awaitable[None]], times: int) -> None:
    for _ in range(times):
        await operation()


def _command() -> None:
    arguments = sys.argv[1:]
    uncounted = UNCOUNTED in arguments
    names = [name for name in arguments if name != UNCOUNTED]
    print(json.dumps(main(names, Gauge(leave_uncounted if uncounted else switch_callgrind))))


if __name__ == "__main__":
    _command()
