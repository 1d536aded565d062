"""The world of a test: an app, its service and clients, in one event loop.

Everything goes the way it goes outside: a client's bytes come through the front door, its frames
through the frame reader, its requests through the codec to the hub, events to functions, actions
back. Only the sockets are missing, unless they are asked for, and time stands still until it is
moved.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import aiohttp

from webpubsub.protocol.spelling import listed
from webpubsub.service.observation import HandshakeRefused, SessionBegan, Sighting
from webpubsub.testing.client import PROTOCOLS, Client, ClientProtocol
from webpubsub.testing.clock import Clock
from webpubsub.testing.environment import Environment
from webpubsub.testing.errors import ConnectRefused, SetupError
from webpubsub.testing.faults import WorldFaults
from webpubsub.testing.http import Http
from webpubsub.testing.loops import Loops
from webpubsub.testing.peace import Peace
from webpubsub.testing.plans import Plan
from webpubsub.testing.records import Action, Invocation, Records
from webpubsub.testing.rest import RestService
from webpubsub.testing.stages import Stage, new_stage
from webpubsub.testing.ways import new_session

_T = TypeVar("_T")
_CLOSE_SECONDS = 2.0
_APP, _CLIENTS, _REST = "app", "clients", "rest"


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
        self._environment = Environment()
        self._peace: Peace | None = None
        self._stage: Stage | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._refused: HandshakeRefused | None = None
        self._began: list[SessionBegan] = []
        self._names = 0

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

    def invocations(self, function: str | None = None) -> Sequence[Invocation]:
        """The calls of a function, or of all, in the order in which they began."""
        return self._records.calls(function)

    def actions(self, name: str | None = None, **members: Any) -> Sequence[Action]:
        """What the outputs of functions have asked the service for, in order: those of a name, such
        as ``sendToAll``, and with these members, such as ``group="room"``."""
        return self._records.acts(name, members)

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
        __tracebackhide__ = True
        chosen = _protocol(protocol)
        if url is None:
            access = await self.stage.service.client.client_access(
                self._hub(hub), user_id=user, roles=roles, groups=groups
            )
            url = access.url
        self._names += 1
        client = Client(user or f"client {self._names}", url.partition("?")[0], chosen, self)
        await self._join(client, _with_query(url, query or {}), headers or {})
        self.clients.append(client)
        await self.settle()
        return client

    async def settle(self) -> None:
        """Wait until what has begun is done; no longer than a quarter of a second of the
        machine."""
        await self.start()
        if self._peace is not None:
            await self._peace.come()

    def run(self, awaitable: Awaitable[_T]) -> _T:
        """The result of something awaitable, in a test that is not ``async``. Between two of these
        nothing happens."""
        loop = self._loop or self._loops.borrow()
        if loop.is_running():
            if asyncio.iscoroutine(awaitable):
                awaitable.close()  # nobody will await it
            raise RuntimeError("webpubsub.run() is for tests that are not async; use await here.")
        return loop.run_until_complete(_awaited(awaitable))

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
            stage = new_stage(self._plan, self.clock, self._records)
            await stage.start()
        except BaseException:
            self._environment.restore()
            raise
        stage.service.point.attach(self._look)
        self._stage, self._peace = stage, Peace(stage, sockets=self._plan.sockets)
        self.clock.follow, self.clock.settle = self._peace.keep, self._peace.come

    async def stop(self) -> None:
        """End all connections, let what has begun finish, and undo every change of this process.
        Does nothing when it has not started, or has stopped."""
        stage, self._stage = self._stage, None
        if stage is None:
            return
        try:
            stage.service.faults.clear()
            await asyncio.gather(*(client.abandon() for client in self.clients))
            for session in self._sessions.values():
                await session.close()
            await Peace(stage, sockets=False).come()
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
        for session in self._sessions.values():
            connector = session.connector
            session.detach()
            if connector is not None:
                await connector.close()
        await stage.abandon()

    # For clients

    def hint(self) -> str:
        """What failed, for the end of a failure."""
        lines = self._records.failures
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
        __tracebackhide__ = True
        await self._join(client, f"{client.address}?{urlencode(pairs)}", {})
        if self._refused is not None:
            reason = self._refused.refusal.describe()
            raise ConnectRefused(client.name, client.closed.code if client.closed else 0, reason)

    # The rest

    async def _join(self, client: Client, url: str, headers: Mapping[str, str]) -> None:
        __tracebackhide__ = True
        session = await self._session(_CLIENTS)
        protocols = () if client.subprotocol is None else (client.subprotocol,)
        self._refused = None
        try:
            socket = await session.ws_connect(
                url,
                protocols=protocols,
                headers=headers,
                max_msg_size=0,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
            )
        except aiohttp.WSServerHandshakeError as error:
            raise ConnectRefused(client.name, error.status, self._reason()) from None
        await client.begin(socket)
        if not client.connection_id:
            client.connection_id = self._newcomer(client)

    def _newcomer(self, client: Client) -> str:
        """Who has just begun a session; plain clients are not told who they are."""
        known = {one.connection_id for one in self.clients}
        for began in self._began:
            if began.connection_id not in known and began.subprotocol == client.subprotocol:
                client.user_id = began.user_id
                return began.connection_id
        return ""

    def _reason(self) -> str:
        if self._refused is None:
            return "the service has not said why."
        return self._refused.refusal.describe() + self.hint()

    def _hub(self, hub: str | None) -> str:
        if hub is not None:
            return hub
        hubs = self.stage.hubs
        if len(hubs) != 1:
            there = f"there are {listed(hubs)}" if hubs else "the app names none"
            raise SetupError(f"name the hub: hub=...; {there}.")
        return hubs[0]

    def _look(self, sighting: Sighting) -> None:
        item = sighting.item
        if isinstance(item, HandshakeRefused):
            self._refused = item
        elif isinstance(item, SessionBegan):
            self._began.append(item)

    async def _app_session(self) -> aiohttp.ClientSession:
        return await self._session(_APP)

    async def _rest_session(self) -> aiohttp.ClientSession:
        return await self._session(_REST)

    async def _session(self, purpose: str) -> aiohttp.ClientSession:
        """One for each purpose: a connection that has carried requests cannot become a
        WebSocket."""
        await self.start()
        found = self._sessions.get(purpose)
        if found is None:
            door = self.stage.http_door if purpose == _APP else self.stage.service.door
            found = new_session(None if self._plan.sockets else door)
            self._sessions[purpose] = found
        return found


def _protocol(name: str) -> ClientProtocol:
    if name not in PROTOCOLS:
        raise SetupError(f"there is no client protocol '{name}'; there are {listed(PROTOCOLS)}.")
    return PROTOCOLS[name]


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
