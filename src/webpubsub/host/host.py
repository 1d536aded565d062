"""Runs a function app, and takes each change of it in place of what ran before.

The journey of a generation of the app:

    created -- start --> ready -- open --> serving -- the next one opens --> draining --> stopped
       |                   |
       +--- it is broken --+--> stopped, and the generation before, if any, serves on

One generation serves at any time. The next one is indexed and loaded beside it; all triggers change
over in one turn of the loop, so that every request meets one whole app; what has begun by then has
some seconds to end in the generation before. Specification: functions-python section 8.7.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from webpubsub.host.control import HostState
from webpubsub.host.errors import HostError
from webpubsub.host.function_report import FunctionReport
from webpubsub.host.generation import AppGeneration
from webpubsub.host.observation import AppBroken, AppServes, ObservationPoint, Observed

_logger = logging.getLogger(__name__)

#: How long invocations that run have to end.
_DRAIN_SECONDS = 10.0


class FunctionHost:
    """Runs the generations of an app that ``new_generation`` makes.

    It is called at once and for every ``reload``; it raises HostError for settings that are wrong.
    What becomes of them passes ``point``.
    """

    def __init__(
        self, new_generation: Callable[[], AppGeneration], point: ObservationPoint | None = None
    ) -> None:
        self._point = point or ObservationPoint()
        self._new_generation = new_generation
        self._reloading = asyncio.Lock()
        self._retiring: set[asyncio.Task[None]] = set()
        self.app = new_generation()
        self.is_draining = False
        self.state = HostState.CREATED
        self.last_error: str | None = None

    @property
    def functions(self) -> Sequence[FunctionReport]:
        """What became of each function of the app that serves."""
        return self.app.functions

    @property
    def running_invocations(self) -> int:
        """How many functions run in the app that serves."""
        return len(self.app.running)

    @property
    def waiting_retries(self) -> int:
        """How many functions of it have failed and wait to be tried again."""
        return self.app.running.pausing

    async def start(self) -> None:
        """Index the app and begin to call its functions.

        Raises BrokenApp when the whole app is, which ``reload`` gets over once it is mended, and
        HostError when an extension cannot start; nothing is left running then.
        """
        self.state = HostState.STARTING
        try:
            await self.app.start()
        except BaseException as error:
            self.state = HostState.ERROR
            self.last_error = str(error)
            self._observe(AppBroken(self.last_error))
            raise
        self.app.open()
        self.state = HostState.RUNNING
        self._observe(AppServes(self.functions))

    async def reload(self) -> None:
        """Read the app again, and serve it in place of the one that runs.

        Returns once the new one serves; functions that have begun have ten seconds to end in the
        old one. Raises HostError when the new one is broken, and then the old one serves on. Ends a
        ``drain``.
        """
        async with self._reloading:
            fresh = await self._started_anew()
            old, self.app = self.app, fresh
            fresh.open()
            self.is_draining = False
            if self.state is HostState.ERROR:
                self.state = HostState.RUNNING
            self._observe(AppServes(self.functions, reloaded=True))
            task = asyncio.create_task(old.stop(_DRAIN_SECONDS))
            self._retiring.add(task)
            task.add_done_callback(self._retired)

    async def _started_anew(self) -> AppGeneration:
        try:
            fresh = self._new_generation()
            await fresh.start()
        except HostError as error:
            self.last_error = str(error)
            self._observe(AppBroken(self.last_error))
            raise
        self.last_error = None
        return fresh

    def begin_call(self, name: str, text: str) -> bool:
        """Begin to call a function with the text in place of what its trigger would bring; False
        when there is none that can be called. Raises BindingError for a text that the trigger
        cannot read."""
        return self.app.begin_call(name, text)

    async def drain(self) -> None:
        """Begin no work that nobody asks for: timers fire no more. What runs goes on, and requests
        and events are still answered; ``running_invocations`` says how many there are."""
        self.is_draining = True
        await self.app.drain()

    async def stop(self, seconds: float = _DRAIN_SECONDS) -> None:
        """Stop triggers, give running invocations so long to end, then cancel them and let the
        workers go."""
        if self.state is HostState.RUNNING:
            self.state = HostState.STOPPING
        async with self._reloading:
            await asyncio.gather(self.app.stop(seconds), *self._retiring)
        if self.state in (HostState.STOPPING, HostState.RUNNING):
            self.state = HostState.STOPPED

    def _observe(self, item: Observed) -> None:
        observer = self._point.observer
        if observer is not None:
            observer(item)

    def _retired(self, task: asyncio.Task[None]) -> None:
        self._retiring.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _logger.error("The app that ran before did not stop.", exc_info=task.exception())
