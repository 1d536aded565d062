"""Events that fail in the place of the application."""

from webpubsub.protocol.events import ConnectionContext, EventType, UserEventRequest
from webpubsub.protocol.group_presence import ServiceEvent
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.outcomes import EventFailed, EventOutcome, UserEventAccepted
from webpubsub.service.faults.answers import FailingAnswerer, Failure
from webpubsub.service.session_limits import DEFAULT_LIMITS
from webpubsub.service.sessions.session import Session

SESSION = Session("chat", "c1", None, DEFAULT_LIMITS)
ACCEPTED, FAILED = UserEventAccepted(), EventFailed(status=503, message="no")


class Others:
    """Whoever answers otherwise."""

    def tell(self, request: ServiceEvent) -> bool:
        return True

    def wants(self, hub: str, system_event: str) -> bool:
        return False

    async def answer(self, session: Session, request: ServiceEvent) -> EventOutcome:
        return ACCEPTED


def event(name: str) -> UserEventRequest:
    context = ConnectionContext(
        event_type=EventType.USER, event_name=name, hub="chat", connection_id="c1"
    )
    return UserEventRequest(connection_context=context, message=Message(DataType.TEXT, b""))


async def test_one_event_fails_for_each_failure() -> None:
    """Of its name in any letter case; the others are answered as always, and listeners told."""
    answerer = FailingAnswerer(Others())
    answerer.failures.append(Failure("message", FAILED))
    assert await answerer.answer(SESSION, event("other")) is ACCEPTED
    assert await answerer.answer(SESSION, event("Message")) is FAILED
    assert await answerer.answer(SESSION, event("message")) is ACCEPTED
    assert answerer.tell(event("message"))


def test_every_event_may_be_one_that_fails() -> None:
    """So all of them are raised, whoever wants them."""
    assert FailingAnswerer(Others()).wants("chat", "connected")
