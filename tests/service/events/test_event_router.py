"""What stands between the service and whoever handles its events.

Specification: client-protocols section 3.2, upstream-events sections 1, 2.2, 7, 8, 10, 12, 13 and
16.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.service.fakes import ManualLoop, attached
from webpubsub.protocol.events import (
    AnyEventRequest,
    ConnectedEventRequest,
    ConnectEventRequest,
    DisconnectedEventRequest,
    EventType,
    UserEventRequest,
)
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    Notified,
    Unhandled,
    UserEventAccepted,
)
from webpubsub.protocol.seams import EventHandler
from webpubsub.service import observation
from webpubsub.service.events.event_router import EventRouter
from webpubsub.service.hub_settings.model import (
    AllHubSettings,
    EventFilter,
    EventHandlerSettings,
    GroupPresence,
    HubSettings,
    UserEvents,
)
from webpubsub.service.observation import ObservationPoint, Observed
from webpubsub.service.sessions.session import Session
from webpubsub.service.webhooks.caller import Webhooks

KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH"


HELLO = Message(DataType.TEXT, b"hello")


class Answers(EventHandler):
    """A handler that answers what it was told to, and remembers events."""

    def __init__(self, answer: EventOutcome | Callable[[], Any] | None = None) -> None:
        self.answer = answer
        self.events: list[AnyEventRequest] = []

    async def handle(self, event: AnyEventRequest) -> EventOutcome:
        self.events.append(event)
        if callable(self.answer):
            await self.answer()
        if self.answer is None or callable(self.answer):
            return _SUCCESSES[type(event)]
        return self.answer


_SUCCESSES: dict[type[AnyEventRequest], EventOutcome] = {
    ConnectEventRequest: ConnectAccepted(),
    ConnectedEventRequest: Notified(),
    UserEventRequest: UserEventAccepted(),
    DisconnectedEventRequest: Notified(),
}


def router(
    handler: EventHandler | None,
    point: ObservationPoint | None = None,
    timeout: float = 100,
) -> EventRouter:
    return EventRouter(
        handler,
        timeout=timeout,
        keys=(KEY,),
        clock=lambda: 1234.5,
        origin="localhost",
        point=point or ObservationPoint(),
    )


def a_session() -> Session:
    session, _ = attached(ManualLoop(), "conn1", user_id="alice")
    session.subprotocol = "json.webpubsub.azure.v1"
    return session


async def ask_connect(events: EventRouter, session: Session) -> EventOutcome:
    return await events.connect(
        session, claims={"sub": ["alice"]}, query={"a": ["1"]}, headers={}, subprotocols=("x",)
    )


async def test_the_events_of_a_connection() -> None:
    """Every event carries its connection, its number, its signature and the service's origin."""
    handler = Answers()
    events, session = router(handler), a_session()
    await ask_connect(events, session)
    events.connected(session)
    await asyncio.sleep(0)
    await events.user_event(session, "greet", HELLO)
    events.disconnected(session, "bye")
    await events.drain(5)
    contexts = [event.connection_context for event in handler.events]
    assert [(context.event_type, context.event_name) for context in contexts] == [
        (EventType.SYSTEM, "connect"),
        (EventType.SYSTEM, "connected"),
        (EventType.USER, "greet"),
        (EventType.SYSTEM, "disconnected"),
    ]
    assert [context.event_id for context in contexts] == [0, 1, 2, 3]
    for context in contexts:
        assert (context.hub, context.connection_id, context.user_id) == ("chat", "conn1", "alice")
        assert (context.origin, context.time) == ("localhost", 1234.5)
        assert context.signature == (
            "sha256=8de7281e588e23b0a30a7180ffa240257b8176e983004c240c9f3f7a7233c993"
        )
    connect, _, greet, disconnected = handler.events
    assert isinstance(connect, ConnectEventRequest)
    assert (connect.claims, connect.query) == ({"sub": ["alice"]}, {"a": ["1"]})
    assert connect.subprotocols == ("x",)
    assert isinstance(greet, UserEventRequest)
    assert greet.message == HELLO
    assert isinstance(disconnected, DisconnectedEventRequest)
    assert disconnected.reason == "bye"


async def test_without_a_handler_every_event_is_unhandled_and_numbered() -> None:
    """Numbers are taken whether or not anybody listens (upstream-events section 8.1)."""
    events, session = router(None), a_session()
    assert await ask_connect(events, session) == Unhandled()
    events.connected(session)
    assert await events.user_event(session, "greet", HELLO) == Unhandled()
    await events.drain(5)
    assert session.last_event_id == 2


class Uninterested(Answers):
    """Takes no system events."""

    def wants(self, hub: str, system_event: str) -> bool:
        return False


async def test_an_event_that_nobody_wants_is_numbered_and_not_made() -> None:
    """It makes no task either; whoever looks at all events is shown it like any other."""
    handler, session = Uninterested(), a_session()
    point = ObservationPoint()
    events = router(handler, point)
    assert not events.asks("chat")
    events.connected(session)
    events.disconnected(session, "")
    assert (events.is_idle, handler.events, session.last_event_id) == (True, [], 2)
    seen: list[observation.Sighting] = []
    point.attach(seen.append)
    assert events.asks("chat")
    events.connected(session)
    await events.drain(5)
    assert [type(one.item) for one in seen] == [observation.EventRaised, observation.EventAnswered]
    assert len(handler.events) == 1


@pytest.mark.parametrize(
    ("answer", "before", "after"),
    [
        (UserEventAccepted(connection_state="new"), None, "new"),
        (UserEventAccepted(connection_state="new"), "old", "new"),
        (UserEventAccepted(connection_state=""), "old", ""),
        (UserEventAccepted(), "old", "old"),
        (EventFailed(status=500), "old", "old"),
        (Unhandled(), "old", "old"),
    ],
)
async def test_connection_state(answer: EventOutcome, before: str | None, after: str) -> None:
    """A successful answer replaces the state, the empty one included, and the next event carries
    it."""
    handler = Answers(answer)
    events, session = router(handler), a_session()
    session.connection_state = before
    await events.user_event(session, "greet", HELLO)
    await events.user_event(session, "greet", HELLO)
    states = [event.connection_context.connection_state for event in handler.events]
    assert states == [before, after]


async def test_the_state_of_connect_is_seen_by_connected() -> None:
    """What connect stores is there from the first notification on."""
    handler = Answers(ConnectAccepted(connection_state="s"))
    events, session = router(handler), a_session()
    await ask_connect(events, session)
    events.connected(session)
    await events.drain(5)
    assert handler.events[1].connection_context.connection_state == "s"


@pytest.mark.parametrize(
    "answer", [Notified(), UserEventAccepted(connection_state="x"), EventFailed(status=503)]
)
async def test_a_connect_answer_that_does_not_fit(answer: EventOutcome) -> None:
    """Only the answer that belongs to the event is success."""
    session = a_session()
    outcome = await ask_connect(router(Answers(answer)), session)
    assert isinstance(outcome, EventFailed)
    assert outcome.status == (503 if isinstance(answer, EventFailed) else 500)
    assert session.connection_state is None


@pytest.mark.parametrize("answer", [Notified(), ConnectAccepted(connection_state="x")])
async def test_a_user_event_answer_that_does_not_fit(answer: EventOutcome) -> None:
    """Likewise for what a client says."""
    session = a_session()
    outcome = await router(Answers(answer)).user_event(session, "greet", HELLO)
    assert isinstance(outcome, EventFailed)
    assert type(answer).__name__ in outcome.message
    assert session.connection_state is None


@pytest.mark.parametrize(
    ("answer", "logged"),
    [(Notified(), False), (Unhandled(), False), (EventFailed(status=500), True),
     (UserEventAccepted(), True)],
)  # fmt: skip
async def test_failed_notifications_are_logged(
    answer: EventOutcome, logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The connection is unaffected (upstream-events section 10)."""
    events = router(Answers(answer))
    events.connected(a_session())
    await events.drain(5)
    assert ["'connected' of hub 'chat' failed" in one.getMessage() for one in caplog.records] == [
        True
    ] * logged


async def test_nobody_waits_for_connected() -> None:
    """A slow connected handler overlaps everything that follows (upstream-events section 8.3)."""
    released = asyncio.Event()
    handler = Answers()

    async def slow() -> None:
        if isinstance(handler.events[-1], ConnectedEventRequest):
            await released.wait()

    handler.answer = slow
    events, session = router(handler), a_session()
    events.connected(session)
    await asyncio.sleep(0)
    assert await events.user_event(session, "greet", HELLO) == UserEventAccepted()
    released.set()
    await events.drain(5)


async def test_draining_waits_for_what_is_pending() -> None:
    """Events under way are answered before it returns."""
    gate = asyncio.Event()
    events = router(Answers(gate.wait))
    pending = asyncio.create_task(events.user_event(a_session(), "greet", HELLO))
    events.disconnected(a_session(), "bye")
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.01, gate.set)
    await events.drain(5)
    await asyncio.sleep(0)
    assert pending.done()
    assert await pending == UserEventAccepted()


async def test_draining_is_bounded() -> None:
    """Notifications that take longer are cancelled; events somebody waits for are left to them."""
    gate = asyncio.Event()
    handler = Answers(gate.wait)
    events = router(handler)
    events.connected(a_session())
    pending = asyncio.create_task(events.user_event(a_session(), "greet", HELLO))
    await asyncio.sleep(0)
    await asyncio.wait_for(events.drain(0.01), 5)
    assert not pending.done()
    assert events._notifications == set()
    gate.set()
    assert await pending == UserEventAccepted()


async def test_cancelling_an_event_cancels_its_handler() -> None:
    """Whoever waits no more says so, and draining does not wait either."""
    cancelled: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append("yes")
            raise

    events = router(Answers(wait))
    pending = asyncio.create_task(events.user_event(a_session(), "greet", HELLO))
    await asyncio.sleep(0)
    pending.cancel()
    await asyncio.wait_for(events.drain(5), 1)
    assert cancelled == ["yes"]
    assert pending.cancelled()


async def test_events_pass_the_observable_point() -> None:
    """Each event is seen when it is raised and when it is answered."""
    point = ObservationPoint()
    seen: list[Observed] = []
    point.observer = seen.append
    handler = Answers()
    await router(handler, point).user_event(a_session(), "greet", HELLO)
    (event,) = handler.events
    assert seen == [
        observation.EventRaised(event),
        observation.EventAnswered(event, UserEventAccepted()),
    ]


def with_presence(*filters: str) -> AllHubSettings:
    presence = GroupPresence(frozenset({"joined", "left"}), filters)
    handler = EventHandlerSettings(
        url_template="http://a", events=EventFilter(group_presence=presence)
    )
    return AllHubSettings({"chat": HubSettings(event_handlers=(handler,))})


async def test_presence_goes_to_webhooks_alone() -> None:
    """Neither the process nor a listener is told of groups; numbers come from the one counter of
    the connection, and what nobody selects takes none (upstream-events sections 8.1 and 12)."""
    handler, listeners, session = Answers(Unhandled()), Listening(wants=True), a_session()
    point = ObservationPoint()
    seen: list[Observed] = []
    point.observer = seen.append
    webhooks = Chosen(Notified())
    events = routed(handler, webhooks, listeners, with_presence("room-*"), point)
    events.connected(session)
    events.joined(session, "lobby")
    events.joined(session, "room-1")
    events.left(session, "room-1")
    events.disconnected(session, "")
    await events.drain(5)
    raised = [
        one.event.connection_context for one in seen if isinstance(one, observation.EventRaised)
    ]
    assert [(one.event_type, one.event_name, one.event_id) for one in raised] == [
        (EventType.SYSTEM, "connected", 1),
        (EventType.GROUP_PRESENCE, "joined", 2),
        (EventType.GROUP_PRESENCE, "left", 3),
        (EventType.SYSTEM, "disconnected", 4),
    ]
    for told in (handler.events, listeners.events):
        assert [event.connection_context.event_name for event in told] == [
            "connected",
            "disconnected",
        ]
    assert [url for url, _ in webhooks.chosen] == ["http://a", "http://a"]


class Listening:
    """Listeners that want what they are told to want."""

    def __init__(self, *, wants: bool) -> None:
        self._wants = wants
        self.events: list[AnyEventRequest] = []

    def tell(self, event: AnyEventRequest) -> bool:
        self.events.append(event)
        return self._wants

    def wants(self, hub: str, system_event: str) -> bool:
        return self._wants


class Chosen(Webhooks):
    """Webhooks that are never called: their handlers answer as they are told to."""

    def __init__(self, answer: EventOutcome) -> None:
        super().__init__("localhost")
        self.answer = answer
        self.chosen: list[tuple[str, dict[str, str]]] = []

    def handler(self, settings: EventHandlerSettings, cookies: Any) -> Any:
        self.chosen.append((settings.url_template, cookies))
        return Answers(self.answer)


def routed(
    handler: EventHandler | None = None,
    webhooks: Webhooks | None = None,
    listeners: Listening | None = None,
    settings: AllHubSettings | None = None,
    point: ObservationPoint | None = None,
) -> EventRouter:
    return EventRouter(
        handler,
        keys=(KEY,),
        clock=lambda: 1234.5,
        origin="localhost",
        point=point or ObservationPoint(),
        hub_settings=settings or AllHubSettings({"Chat": with_handlers("http://a", "http://b")}),
        webhooks=webhooks,
        listeners=listeners,
    )


def with_handlers(*urls: str) -> HubSettings:
    every = EventFilter(user_events=UserEvents(every=True), system_events=frozenset({"connect"}))
    return HubSettings(
        event_handlers=tuple(EventHandlerSettings(url_template=url, events=every) for url in urls)
    )


async def test_an_event_that_nobody_waits_for_any_more_is_seen_to_end() -> None:
    """Whoever counts what is under way would otherwise count it for ever."""
    point = ObservationPoint()
    seen: list[observation.Sighting] = []
    point.attach(seen.append)
    waiting = asyncio.Event()

    async def dawdle() -> None:
        waiting.set()
        await asyncio.sleep(30)

    events = router(Answers(dawdle), point)
    asked = asyncio.ensure_future(events.user_event(a_session(), "greet", HELLO))
    await waiting.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    answered = seen[-1].item
    assert isinstance(answered, observation.EventAnswered)
    assert isinstance(answered.outcome, EventFailed)
    assert seen[0].span == seen[-1].span
