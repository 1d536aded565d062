"""Several processes that run one app, as one worker.

    starting --> ready --> gone               it died: another one starts, after a growing wait
                   |
                   +----> retiring --> gone   a function holds a thread for ever: another one
                                              starts, and what else runs has some seconds to end

Each process indexes the app for itself, so that the state of modules is that of one process. A call
goes to the process that has the fewest. Order is the caller's business: the service raises the next
event of a connection when the one before has been answered, whichever process answers it.
Specification: functions-python sections 2.1, 8.1, 8.4 and 8.5.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

import msgspec

from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.worker import (
    FunctionLoadError,
    Invocation,
    InvocationResult,
    Worker,
    WorkerLost,
)

_logger = logging.getLogger(__name__)


class RestartPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """``most`` deaths within ``window`` seconds are made up for, the first at once, the next after
    ``first_wait`` seconds, which doubles up to ``longest_wait``. A call waits for a process at most
    ``patience`` seconds; one that retires has ``drain`` seconds."""

    most: int = 10
    window: float = 300.0
    first_wait: float = 0.5
    longest_wait: float = 10.0
    patience: float = 30.0
    drain: float = 10.0

    def wait(self, deaths: int) -> float:
        """Seconds before a process takes the place of the last of so many that died."""
        if deaths <= 1:
            return 0.0
        return min(self.first_wait * 2.0 ** (deaths - 2), self.longest_wait)


class PoolMember(Worker, Protocol):
    """A worker that may die, and knows how much it has to do."""

    @property
    def busy(self) -> int:
        """How many calls it has not answered."""
        ...

    @property
    def pid(self) -> int | None:
        """The number of its process."""
        ...

    served: int


#: Called when a worker cannot be talked to any more; how it has ended is known a little later.
Lost: TypeAlias = Callable[[PoolMember, Awaitable[str]], None]
#: Makes a worker out of what is to be called when it is lost, and when it is spent.
NewMember: TypeAlias = Callable[[Lost, Callable[[PoolMember], None]], PoolMember]


class WorkerPool:
    """Implements ``host.worker.Worker`` by ``size`` workers that ``new_member`` makes."""

    def __init__(
        self, new_member: NewMember, size: int, policy: RestartPolicy | None = None
    ) -> None:
        self._new_member = new_member
        self._size = size
        self._policy = policy or RestartPolicy()
        self._members: set[PoolMember] = set()
        self._directory = Path()
        self._functions: list[FunctionMetadata] = []
        self._ready: list[PoolMember] = []
        self._changed = asyncio.Condition()
        self._deaths: deque[float] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._replacing = 0
        self._stopped = False

    @property
    def pids(self) -> Sequence[int | None]:
        """The numbers of the processes that are ready."""
        return [member.pid for member in self._ready]

    async def index(self, app_directory: Path) -> Sequence[FunctionMetadata]:
        """Start all processes; the functions are those of the first. Raises AppError."""
        self._directory = app_directory
        members = [self._member() for _ in range(self._size)]
        results = await asyncio.gather(*(member.index(app_directory) for member in members))
        self._ready = members
        return results[0]

    async def load(self, function: FunctionMetadata) -> None:
        """Make a function ready in every process. Raises FunctionLoadError."""
        self._functions.append(function)
        results = await asyncio.gather(
            *(member.load(function) for member in self._ready), return_exceptions=True
        )
        errors = [result for result in results if result is not None]
        lost = [error for error in errors if isinstance(error, WorkerLost)]
        if len(errors) == len(lost) < len(results):
            return  # those that died are made up for
        self._functions.remove(function)
        raise next(
            (error for error in errors if not isinstance(error, WorkerLost)),
            FunctionLoadError("every worker process died while it was loaded"),
        )

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Call a function in the process that has the least to do. Raises WorkerLost when it dies
        meanwhile, or when there is none for too long."""
        member = self._least_busy() if self._ready else await self._awaited()
        return await member.invoke(invocation)

    async def stop(self) -> None:
        """End all processes."""
        self._stopped = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._ready = []
        await asyncio.gather(*(self._end(member) for member in list(self._members)))
        await self._tell()

    def _member(self) -> PoolMember:
        member = self._new_member(self._lost, self._spent)
        self._members.add(member)
        return member

    async def _end(self, member: PoolMember) -> None:
        await member.stop()
        self._members.discard(member)

    def _least_busy(self) -> PoolMember:
        return min(self._ready, key=lambda member: (member.busy, member.served))

    async def _awaited(self) -> PoolMember:
        try:
            async with asyncio.timeout(self._policy.patience), self._changed:
                await self._changed.wait_for(lambda: self._ready or not self._replacing)
        except TimeoutError:
            pass
        if not self._ready:
            raise WorkerLost("there is no worker process; the log says why")
        return self._least_busy()

    def _lost(self, member: PoolMember, ending: Awaitable[str]) -> None:
        """A process has died by itself, and is called no more from now on; one that was not ready
        is the business of who starts it."""
        if member in self._ready:
            self._ready.remove(member)
            self._members.discard(member)
            self._keep(self._mourn(member, ending))

    async def _mourn(self, member: PoolMember, ending: Awaitable[str]) -> None:
        _logger.error("Worker process %s has died: %s.", member.pid, await ending)
        await self._make_up_for_death()

    def _spent(self, member: PoolMember) -> None:
        if member in self._ready:
            self._ready.remove(member)
            self._keep(self._replace())
            self._keep(self._retire(member))

    async def _retire(self, member: PoolMember) -> None:
        """Only the call that never ends, or nothing, is left of it when it is stopped."""
        try:
            await asyncio.sleep(self._policy.drain)
        finally:
            await self._end(member)

    async def _make_up_for_death(self) -> None:
        """Start another process, and another one if that dies too, within the bounds."""
        while self._may_restart():
            await asyncio.sleep(self._policy.wait(len(self._deaths)))
            if await self._started():
                return
        _logger.error(
            "Worker processes have died %d times within %g s, so no other one is started. Mend the "
            "app; it is read again when a file changes, or when webpubsub is started again.",
            len(self._deaths),
            self._policy.window,
        )

    async def _replace(self) -> None:
        if not await self._started():
            await self._make_up_for_death()

    def _may_restart(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._deaths.append(now)
        while self._deaths[0] < now - self._policy.window:
            self._deaths.popleft()
        return len(self._deaths) <= self._policy.most

    async def _started(self) -> bool:
        """Whether another process is ready."""
        member = self._member()
        try:
            await member.index(self._directory)
            for function in self._functions:
                await member.load(function)
        except Exception as error:
            _logger.error("Another worker process did not come up: %s", error)
            await self._end(member)
            return False
        self._ready.append(member)
        _logger.info("Worker process %s took the place of the one before.", member.pid)
        return True

    def _keep(self, work: Coroutine[object, object, None]) -> None:
        """Do it beside everything else, until the pool stops."""
        self._replacing += 1
        task = asyncio.get_running_loop().create_task(self._counted(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _counted(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        finally:
            self._replacing -= 1
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
