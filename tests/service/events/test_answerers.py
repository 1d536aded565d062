"""Who answers an event, and who is told of it.

Specification: upstream-events sections 2.2, 13 and 16.
"""

import asyncio

import pytest

from tests.service.events.test_event_router import (
    HELLO,
    Answers,
    Chosen,
    Listening,
    Uninterested,
    a_session,
    ask_connect,
    routed,
    router,
    with_handlers,
)
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    Notified,
    Unhandled,
    UserEventAccepted,
)
from webpubsub.protocol.seams import EventHandler
from webpubsub.service.hub_settings.model import (
    AllHubSettings,
)


async def fail() -> None:
    raise KeyError("secret")


async def test_a_handler_that_raises(caplog: pytest.LogCaptureFixture) -> None:
    """It is an answer like any other; the traceback is in the log and nowhere else."""
    outcome = await router(Answers(fail)).user_event(a_session(), "greet", HELLO)
    assert outcome == EventFailed(status=500, message="the handler raised KeyError")
    (record,) = caplog.records
    assert "'greet' of hub 'chat' raised for connection conn1" in record.getMessage()
    assert record.exc_info is not None


async def test_an_answer_that_takes_too_long() -> None:
    """Fails the event, whose handler is cancelled; nobody waits for notifications, so they may take
    their time (upstream-events section 13)."""
    ended: list[str] = []
    handler = Answers()

    async def slowly() -> None:
        name = handler.events[-1].connection_context.event_name
        try:
            await asyncio.sleep(0.1)
            ended.append(name)
        except asyncio.CancelledError:
            ended.append(f"{name} cancelled")
            raise

    handler.answer = slowly
    events, session = router(handler, timeout=0.02), a_session()
    late = EventFailed(status=500, message="no answer after 0.02 seconds")
    assert await ask_connect(events, session) == late
    assert await events.user_event(session, "greet", HELLO) == late
    events.connected(session)
    await events.drain(5)
    assert ended == ["connect cancelled", "greet cancelled", "connected"]


REPLY = UserEventAccepted(reply=HELLO)


@pytest.mark.parametrize(
    ("in_process", "outcome", "called"),
    [
        (None, REPLY, 1),
        (Unhandled(), REPLY, 1),
        (UserEventAccepted(), UserEventAccepted(), 0),
        (EventFailed(status=400), EventFailed(status=400), 0),
    ],
)
async def test_the_handler_in_the_process_comes_first(
    in_process: EventOutcome | None, outcome: EventOutcome, called: int
) -> None:
    """A webhook gets what the process leaves unhandled, and nothing that it handles or fails."""
    webhooks, session = Chosen(REPLY), a_session()
    handler = None if in_process is None else Answers(in_process)
    assert await routed(handler, webhooks).user_event(session, "greet", HELLO) == outcome
    assert webhooks.chosen == [("http://a", session.cookies)] * called


async def test_the_first_webhook_is_the_only_one() -> None:
    """Another one is not asked when the first one fails."""
    webhooks = Chosen(EventFailed(status=503))
    outcome = await ask_connect(routed(None, webhooks), a_session())
    assert outcome == EventFailed(status=503)
    assert [url for url, _ in webhooks.chosen] == ["http://a"]


async def test_a_webhook_is_given_the_cookies_of_its_connection() -> None:
    """What it keeps there is there for the next event."""
    webhooks, session = Chosen(ConnectAccepted()), a_session()
    await ask_connect(routed(None, webhooks), session)
    assert webhooks.chosen[0][1] is session.cookies


async def test_events_that_no_webhook_selects_are_unhandled() -> None:
    """Like those of a hub that nothing is set for: there is no catch-all."""
    webhooks, session = Chosen(Notified()), a_session()
    events = routed(None, webhooks)
    events.connected(session)
    await events.drain(5)
    elsewhere = AllHubSettings({"other": with_handlers("http://a")})
    outcome = await ask_connect(routed(None, webhooks, settings=elsewhere), session)
    assert (outcome, webhooks.chosen) == (Unhandled(), [])


@pytest.mark.parametrize(
    ("handler", "listens", "hub", "event", "wanted"),
    [
        (None, False, "chat", "connect", True),
        (None, False, "chat", "connected", False),
        (None, False, "other", "connect", False),
        (None, True, "other", "connected", True),
        (Answers(), False, "other", "connected", True),
        (Uninterested(), False, "other", "connected", False),
        (Uninterested(), False, "chat", "connect", True),
    ],
)
async def test_whether_anybody_wants_an_event(
    handler: EventHandler | None, listens: bool, hub: str, event: str, wanted: bool
) -> None:
    """The handler, a webhook that selects it, or a listener."""
    answerers = routed(handler, listeners=Listening(wants=listens)).answerers
    assert answerers.wants(hub, event) is wanted


async def test_settings_may_change() -> None:
    """Later events go where the new settings say."""
    settings = AllHubSettings()
    webhooks, session = Chosen(REPLY), a_session()
    events = routed(None, webhooks, settings=settings)
    assert await events.user_event(session, "greet", HELLO) == Unhandled()
    settings.replace({"chat": with_handlers("http://new")})
    assert await events.user_event(session, "greet", HELLO) == REPLY


@pytest.mark.parametrize(
    ("wants", "answer", "outcome"),
    [
        (True, None, UserEventAccepted()),
        (True, Unhandled(), UserEventAccepted()),
        (False, None, Unhandled()),
        (True, EventFailed(status=500), EventFailed(status=500)),
        (True, REPLY, REPLY),
    ],
)
async def test_listeners(wants: bool, answer: EventOutcome | None, outcome: EventOutcome) -> None:
    """A user event that somebody listens to needs no handler; a handler's failure still counts."""
    listeners = Listening(wants=wants)
    handler = None if answer is None else Answers(answer)
    events = routed(handler, listeners=listeners)
    assert await events.user_event(a_session(), "greet", HELLO) == outcome
    assert len(listeners.events) == 1


async def test_listeners_are_told_before_the_handler_is_asked() -> None:
    """Whatever it answers, and whether or not it answers at all (upstream-events section 16)."""
    told: list[int] = []
    listeners = Listening(wants=True)

    async def look() -> None:
        told.append(len(listeners.events))

    await routed(Answers(look), listeners=listeners).user_event(a_session(), "greet", HELLO)
    assert told == [1]


async def test_listeners_do_not_answer_for_system_events() -> None:
    """A client that only listeners are told of connects as its token says."""
    listeners, session = Listening(wants=True), a_session()
    events = routed(None, listeners=listeners)
    assert await ask_connect(events, session) == Unhandled()
    events.connected(session)
    events.disconnected(session, "")
    await events.drain(5)
    assert [event.connection_context.event_id for event in listeners.events] == [0, 1, 2]
