"""What is put together for a test: an app with its service, or the service alone.

The parts are those of ``webpubsub start``; only time, ports and what looks on are the test's own.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from webpubsub.composition.local_app import LocalApp, Place
from webpubsub.composition.surroundings import Surroundings
from webpubsub.host.errors import HostError
from webpubsub.host.extensions.timer.statuses import MemoryStatusStore
from webpubsub.service.hub_settings.model import AllHubSettings
from webpubsub.service.service import Service
from webpubsub.testing.clock import Clock
from webpubsub.testing.errors import SetupError
from webpubsub.testing.http_clients import Door
from webpubsub.testing.plans import Plan
from webpubsub.testing.records import Records
from webpubsub.testing.settling import Activity
from webpubsub.testing.traffic import Traffic
from webpubsub.testing.watching import Watch

#: Where the service is said to be when nothing listens anywhere.
_NOWHERE = "http://webpubsub.test"
_ADDRESS = "http://127.0.0.1"
# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class Stage(Activity, Protocol):
    """What a test plays on."""

    service: Service

    @property
    def hubs(self) -> list[str]:
        """The hubs that the app names."""
        ...

    @property
    def functions(self) -> Sequence[str]:
        """The functions that the app has."""
        ...

    @property
    def without_hubs(self) -> str:
        """What is to be said when it names none."""
        ...

    @property
    def http_base(self) -> str:
        """Where the HTTP functions are. Raises SetupError when there are none."""
        ...

    @property
    def http_door(self) -> Door:
        """The door to them."""
        ...

    async def start(self) -> None:
        """Raises SetupError."""
        ...

    async def stop(self) -> None:
        """Finish what has begun."""
        ...

    async def abandon(self) -> None:
        """Undo what is left of it in this process, when its event loop has been closed."""
        ...


def new_stage(plan: Plan, clock: Clock, records: Records, traffic: Traffic) -> Stage:
    """The stage for a plan. Raises SetupError for an app whose settings are wrong."""
    settings = plan.service
    if not plan.sockets and settings.public_endpoint is None:
        settings = msgspec.structs.replace(settings, public_endpoint=_NOWHERE)
    plan = msgspec.structs.replace(plan, service=settings)
    try:
        return (ServiceStage if plan.app is None else AppStage)(plan, clock, records, traffic)
    except HostError as problem:
        raise SetupError(str(problem)) from None


class AppStage:
    """An app and its service."""

    without_hubs = "the app names none"

    def __init__(self, plan: Plan, clock: Clock, records: Records, traffic: Traffic) -> None:
        assert plan.app is not None, "there is an app"  # noqa: S101
        self._watch = Watch(records, traffic)
        self._app = LocalApp(
            Place(
                folder=plan.app,
                port=0,
                service_port=0,
                address="127.0.0.1",
                workers=0,
                isolated=True,
            ),
            AllHubSettings(plan.hubs),
            plan.service,
            Surroundings(
                clock=clock.timestamp,
                timers=clock,
                wall_clock=clock,
                statuses=MemoryStatusStore(),
                listens=plan.sockets,
            ),
        )
        self.service = self._app.service
        self.service.point.attach(traffic.look)

    @property
    def hubs(self) -> list[str]:
        """The hubs that the app names."""
        return list(self._app.web_pubsub.hubs)

    @property
    def functions(self) -> Sequence[str]:
        """The functions that the app has."""
        return [one.name for one in self._app.host.functions]

    @property
    def running(self) -> int:
        """How many functions run."""
        return self._app.host.running_invocations

    @property
    def is_asked(self) -> bool:
        """Whether an event is on its way, or a client on its way in."""
        return not self.service.is_idle

    async def until_none_runs(self, seconds: float) -> None:
        """Wait for functions, no longer than that."""
        await self._app.host.app.running.wait(seconds)

    @property
    def http_base(self) -> str:
        """Where the HTTP functions are."""
        return f"{_ADDRESS}:{self._app.http.port}"

    @property
    def http_door(self) -> Door:
        """The door to them."""
        return self._app.listener.door

    async def start(self) -> None:
        """Raises SetupError when the app cannot be served, or one of its functions."""
        self._watch.begin(self._app.point)
        try:
            await self._app.start()
        except HostError as problem:
            self._watch.end()
            trace = f"\n\n{problem.traceback}" if problem.traceback else ""
            raise SetupError(f"{self._app.folder}: {problem}{trace}") from None
        broken = [f"{one.name}: {one.error}" for one in self._app.host.functions if one.error]
        if broken:
            await self.stop()
            raise SetupError(f"{self._app.folder}: functions in error\n  " + "\n  ".join(broken))

    async def stop(self) -> None:
        """Finish what has begun."""
        try:
            await self._app.stop()
        finally:
            self._watch.end()

    async def abandon(self) -> None:
        """Undo what is left of it in this process."""
        self._watch.end()
        await self._app.host.app.let_go()


class ServiceStage:
    """The service, with nobody who answers its events unless a webhook does."""

    #: Nobody knows of any.
    functions: Sequence[str] = ()
    without_hubs = "there is no app, and the mark 'webpubsub' names none"

    def __init__(self, plan: Plan, clock: Clock, _records: Records, traffic: Traffic) -> None:
        settings = msgspec.structs.replace(plan.service, address="127.0.0.1", port=0)
        self.hubs = list(plan.hubs)
        self.running = 0
        self.service = Service(
            settings,
            hub_settings=AllHubSettings(plan.hubs),
            clock=clock.timestamp,
            timers=clock,
        )
        self._listens = plan.sockets
        self.service.point.attach(traffic.look)

    @property
    def is_asked(self) -> bool:
        """Whether an event is on its way, or a client on its way in."""
        return not self.service.is_idle

    async def until_none_runs(self, seconds: float) -> None:
        """There are no functions."""

    @property
    def http_base(self) -> str:
        """There is no app. Raises SetupError."""
        raise SetupError(
            "there are no HTTP functions: the test asks for the service without an app. Name one "
            "in the mark 'webpubsub'."
        )

    @property
    def http_door(self) -> Door:
        """There is none."""
        return self.service.door

    async def start(self) -> None:
        """Serve."""
        await self.service.start(listens=self._listens)

    async def stop(self) -> None:
        """Finish what has begun."""
        await self.service.stop()

    async def abandon(self) -> None:
        """Nothing is left of it."""
