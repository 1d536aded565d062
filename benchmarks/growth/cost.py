"""What something costs the servers: the time that their processes had a processor, in the kernel,
too.

That is the same however fast the load comes, and nearly so when others use the machine.
"""

import time
from collections.abc import Awaitable, Callable, Sequence

from benchmarks.servers import Server

_ROUNDS = 3
_MICROSECONDS = 1e6
_SCHEDULED = 2

#: Does something with a server until it is done, and says how many units of it were done.
Work = Callable[[], Awaitable[int]]


async def cost(servers: Sequence[Server], work: Work, seconds: float) -> float:
    """Microseconds of the servers' processors for one unit, in the best of three rounds of so many
    ``seconds`` each: whatever else the machine does can only add to it."""
    await work()  # what is done only the first time
    return min([await _round(servers, work, seconds) for _ in range(_ROUNDS)])


async def _round(servers: Sequence[Server], work: Work, seconds: float) -> float:
    begin, units, spent = _spent(servers), 0, 0.0
    while spent < seconds:
        units += await work()
        spent = _spent(servers) - begin
    return spent / units * _MICROSECONDS


def _spent(servers: Sequence[Server]) -> float:
    return sum(time.clock_gettime(clock_of(server.process.pid)) for server in servers)


def clock_of(pid: int) -> int:
    """The clock of a process's time on processors, by which Linux tells nanoseconds where the usual
    figures are hundredths of a second: clock_getcpuclockid(3)."""
    return ~pid << 3 | _SCHEDULED
