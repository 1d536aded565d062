"""The world of a test: an app, its service and clients, in one event loop.

Everything goes the way it goes outside: a client's bytes come through the front door, its frames
through the frame reader, its requests through the codec to the hub, events to functions, actions
back. Only the sockets are missing, unless they are asked for, and time stands still until it is
moved.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

import aiohttp

from webpubsub.protocol.spelling import did_you_mean, listed
from webpubsub.testing.client import Client
from webpubsub.testing.client_protocols import protocol_named
from webpubsub.testing.clock import Clock
from webpubsub.testing.connecting import Connecting
from webpubsub.testing.environment import Environment
from webpubsub.testing.errors import SetupError
from webpubsub.testing.faults import WorldFaults
from webpubsub.testing.http import Http
from webpubsub.testing.http_clients import HttpClients
from webpubsub.testing.loops import Loops, without_loop
from webpubsub.testing.plans import Plan
from webpubsub.testing.records import Action, Invocation, Records
from webpubsub.testing.rest import RestService
from webpubsub.testing.settling import Settling
from webpubsub.testing.stages import Stage, new_stage
from webpubsub.testing.traffic import Traffic

_T = TypeVar("_T")
# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class World:
    """What the fixture ``webpubsub`` is. It starts when the test does, or when a fixture first uses
    it, and stops with the test.

    ``clock`` is the time; ``http`` sends requests to the HTTP functions of the app, ``service``
    calls the REST API; ``faults`` makes things go wrong. ``run`` is for tests that are not
    ``async``.
    """

    def __init__(self, plan: Plan, loops: Loops | None = None) -> None:
        self.clock = Clock(flows=plan.sockets)
        self.http = Http(self._app_session, lambda: self.stage.http_base, self.settle)
        self.service = RestService(
            Http(self._rest_session, lambda: self.stage.service.endpoint, self.settle),
            endpoint=lambda: self.stage.service.endpoint,
            key=lambda: self.stage.service.settings.access_keys[0],
            now=self.clock.timestamp,
            hub=self._hub,
        )
        self.clients: list[Client] = []
        self._plan = plan
        self._loops = loops or Loops()
        self._records = Records()
        self._traffic = Traffic(self.clock.time)
        self._environment = Environment()
        self._connecting = Connecting(self.hint)
        self._http_clients = HttpClients(sockets=plan.sockets)
        self._settling: Settling | None = None
        self._stage: Stage | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._names = 0

    def __repr__(self) -> str:
        about = (
            "the service alone" if self._plan.app is None else f"the app '{self._plan.app.name}'"
        )
        calls, clients = len(self._records.invocations), len(self.clients)
        return f"<World of {about}: {clients} clients, {calls} calls of functions>"

    # The parts

    @property
    def stage(self) -> Stage:
        """The app and the service themselves. Raises SetupError before the start."""
        if self._stage is None:
            raise SetupError(
                "webpubsub has not started: use it in an 'async def' test, or with webpubsub.run()."
            )
        return self._stage

    @property
    def faults(self) -> WorldFaults:
        """Makes things go wrong."""
        return WorldFaults(self.stage.service.faults)

    # What has happened

    def invocations(self, function: str | None = None) -> Sequence[Invocation]:
        """The calls of a function, or of all, in the order in which they began. Raises SetupError
        for a function that the app does not have."""
        known = [] if self._stage is None else self._stage.functions
        if function is not None and known and function.lower() not in map(str.lower, known):
            raise SetupError(
                f"the app has no function '{function}'.{did_you_mean(function, known)} It has "
                f"{listed(known)}."
            )
        return self._records.calls(function)

    def actions(self, name: str | None = None, **members: object) -> Sequence[Action]:
        """What the outputs of functions have asked the service for, in order: those of a name, such
        as ``sendToAll``, and with these members, such as ``group="room"``. Raises SetupError for
        names that no action, or no member of one, has."""
        return self._records.acts(name, members)

    @property
    def traffic(self) -> Sequence[str]:
        """Everything that has passed, faults included, in the words of the dashboard, each line
        with its time in seconds of the test. A test that fails shows it."""
        names = {client.connection_id: client.name for client in self.clients}
        return self._traffic.lines(names)

    # Clients

    async def connect(
        self,
        url: str | None = None,
        *,
        hub: str | None = None,
        user: str | None = None,
        protocol: str = "json",
        roles: Sequence[str] = (),
        groups: Sequence[str] = (),
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Client:
        """A client that has connected.

        It comes with a token for ``user`` in ``hub`` (the app's only one unless it is named), with
        these ``roles`` and ``groups``, or with the ``url`` that the app's own negotiate function
        has answered. ``protocol`` is ``simple``, ``json``, ``json.reliable``, ``protobuf`` or
        ``protobuf.reliable``. Raises ConnectRefused, which says why and how to mend it.
        """
        await self.start()
        chosen = protocol_named(protocol)
        if url is None:
            access = await self.stage.service.client.client_access(
                self._hub(hub), user_id=user, roles=roles, groups=groups
            )
            url = access.url
        self._names += 1
        client = Client(user or f"client {self._names}", url.partition("?")[0], chosen, self)
        await self._bring(client, _with_query(url, query or {}), headers or {})
        self.clients.append(client)
        await self.settle()
        return client

    async def settle(self, within: float | None = None) -> None:
        """Wait until what has begun is done, no longer than half a second of the machine; or than
        ``within`` seconds, for what takes longer."""
        await self.start()
        if self._settling is not None:
            await self._settling.settle(within)

    def run(self, awaitable: Awaitable[_T]) -> _T:
        """The result of something awaitable, in a test that is not ``async``. Between two of these
        nothing happens."""
        loop = self._loop or self._loops.borrow()
        if loop.is_running():
            if asyncio.iscoroutine(awaitable):
                awaitable.close()  # nobody will await it
            raise RuntimeError("webpubsub.run() is for tests that are not async; use await here.")
        try:
            return loop.run_until_complete(_awaited(awaitable))
        except Exception as error:
            error.__traceback__ = without_loop(error.__traceback__)
            raise

    # Its life

    async def start(self) -> None:
        """Start what the test asks for, unless it has been started. Raises SetupError."""
        loop = _running_loop()
        if self._loop is not None:
            if self._loop is not loop:
                raise SetupError(
                    "webpubsub was started in another event loop than the one it is used in: give "
                    "the async fixtures that use it the scope of the test."
                )
            return
        self._loop = loop
        self._environment.change(self._plan.settings)
        try:
            stage = new_stage(self._plan, self.clock, self._records, self._traffic)
            await stage.start()
        except BaseException:
            self._environment.restore()
            raise
        stage.service.point.attach(self._connecting.look)
        self._stage = stage
        self._settling = Settling(stage, self._passed, sockets=self._plan.sockets)
        self.clock.follow, self.clock.settle = self._settling.settle_briefly, self._settling.settle

    async def stop(self) -> None:
        """End all connections, let what has begun finish, and undo every change of this process.
        Does nothing when it has not started, or has stopped."""
        stage, self._stage = self._stage, None
        if stage is None:
            return
        self._traffic.end()
        try:
            stage.service.faults.clear()
            await asyncio.gather(*(client.abandon() for client in self.clients))
            await self._http_clients.close()
            await Settling(stage, self._passed, sockets=False).settle()
            await stage.stop()
        finally:
            self._environment.restore()

    def end(self) -> None:
        """The same from outside of the event loop, in which ``stop`` has not been awaited."""
        stage, loop = self._stage, self._loop
        if stage is not None and loop is not None:
            if loop.is_closed():
                asyncio.run(self._abandon(stage))
            else:
                loop.run_until_complete(self.stop())
        self._environment.restore()
        self._loops.give_back()

    async def _abandon(self, stage: Stage) -> None:
        """A fixture has started it, in a loop of another plugin, for a test that was never run."""
        self._stage = None
        await self._http_clients.abandon()
        for client in self.clients:
            client.forget()
        await stage.abandon()

    # For clients

    def hint(self) -> str:
        """What failed, for the end of a failure."""
        unhandled = [f"nobody handles the event '{name}'" for name in self._traffic.unhandled]
        lines = [*self._records.failures, *unhandled]
        return "".join(f"\n    {line}" for line in lines)

    def cut(self, client: Client) -> None:
        """Cut a client's connection."""
        if client.closed is None:
            self.faults.drop(client)

    async def reconnect(self, client: Client) -> None:
        """Bring a client back to its session. Raises ConnectRefused."""
        pairs = {
            "awps_connection_id": client.connection_id,
            "awps_reconnection_token": client.reconnection_token or "",
        }
        await self._bring(client, f"{client.address}?{urlencode(pairs)}", {})
        self._connecting.check(client)

    # The rest

    async def _bring(self, client: Client, url: str, headers: Mapping[str, str]) -> None:
        session = self._http_clients.session("clients", self.stage.service.door)
        await self._connecting.bring(client, session, url, headers, self.clients)

    def _passed(self) -> int:
        return self._traffic.count + sum(client.heard for client in self.clients)

    def _hub(self, hub: str | None) -> str:
        if hub is not None:
            return hub
        hubs = self.stage.hubs
        if len(hubs) != 1:
            there = f"there are {listed(hubs)}" if hubs else self.stage.without_hubs
            raise SetupError(f"name the hub: hub=...; {there}.")
        return hubs[0]

    async def _app_session(self) -> aiohttp.ClientSession:
        await self.start()
        return self._http_clients.session("app", self.stage.http_door)

    async def _rest_session(self) -> aiohttp.ClientSession:
        await self.start()
        return self._http_clients.session("rest", self.stage.service.door)


def _with_query(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}" if query else url


def _running_loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise SetupError(
            "webpubsub lives in an event loop of asyncio, and this test runs in another one: "
            "choose the backend 'asyncio' of anyio for it."
        ) from None


async def _awaited(awaitable: Awaitable[_T]) -> _T:
    return await awaitable
