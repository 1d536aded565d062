"""Invocations: what is pending, and what the client is told.

Specification: client-protocols section 9.2.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients.notices import InvokeResponse, NoticeError
from webpubsub.protocol.clients.requests import Invoke
from webpubsub.protocol.invocations import (
    LIFE,
    MAX_PENDING,
    InvocationChange,
    InvocationPhase,
    PendingInvocations,
    response_to,
)
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.outcomes import EventFailed, Unhandled, UserEventAccepted

SERVER_ERROR = NoticeError("InternalServerError", "Internal server error")
HI = Message(DataType.TEXT, b"hi")
TAGGED = Message(DataType.TEXT, b"", {"a": "b"})


def invoke(invocation_id: str, target: str = "event") -> Invoke:
    return Invoke(invocation_id=invocation_id, target=target, event="e", message=HI)


def refused(response: InvokeResponse | None) -> str:
    """The message of a response that says BadRequest."""
    assert response is not None
    assert response.error is not None
    assert response.error.name == "BadRequest"
    return response.error.message


def test_an_id_is_pending_once() -> None:
    """A pending id is refused and stays pending; a free one may be used again."""
    pending = PendingInvocations()
    assert pending.begin(invoke("1")) is None
    assert "still pending" in refused(pending.begin(invoke("1")))
    assert pending.begin(invoke("2")) is None
    assert pending.move("1", InvocationChange.ANSWER)
    assert pending.begin(invoke("1")) is None
    assert len(pending) == 2


def test_only_events_can_be_invoked() -> None:
    """Another target is refused, and its id stays free."""
    pending = PendingInvocations()
    assert "'group'" in refused(pending.begin(invoke("1", "group")))
    assert len(pending) == 0


def test_the_number_is_bounded() -> None:
    """One more than the most is refused, until one is answered."""
    pending = PendingInvocations()
    assert all(pending.begin(invoke(str(n))) is None for n in range(MAX_PENDING))
    assert str(MAX_PENDING) in refused(pending.begin(invoke("more")))
    assert pending.move("0", InvocationChange.CANCEL)
    assert pending.begin(invoke("more")) is None


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(InvocationChange))))
def test_only_what_the_table_allows(moves: list[tuple[str, InvocationChange]]) -> None:
    """Every id walks through the table on its own, and is answered or cancelled at most once."""
    pending = PendingInvocations()
    phases = dict.fromkeys("ab", InvocationPhase.FREE)
    for invocation_id, change in moves:
        phase = LIFE.get((phases[invocation_id], change))
        assert pending.move(invocation_id, change) == (phase is not None)
        phases[invocation_id] = phase or phases[invocation_id]
    assert len(pending) == list(phases.values()).count(InvocationPhase.PENDING)


@pytest.mark.parametrize(
    ("outcome", "response"),
    [
        (UserEventAccepted(reply=HI), InvokeResponse(invocation_id="1", reply=HI)),
        (UserEventAccepted(reply=TAGGED), InvokeResponse(invocation_id="1", reply=TAGGED)),
        (UserEventAccepted(), InvokeResponse(invocation_id="1")),
        (
            UserEventAccepted(reply=Message(DataType.TEXT, b"")),
            InvokeResponse(invocation_id="1"),
        ),
        (Unhandled(), InvokeResponse(invocation_id="1", error=SERVER_ERROR)),
        (
            EventFailed(status=400, message="secret"),
            InvokeResponse(invocation_id="1", error=SERVER_ERROR),
        ),
    ],
)
def test_responses(
    outcome: UserEventAccepted | EventFailed | Unhandled, response: InvokeResponse
) -> None:
    """An empty reply is success without data; the reason of a failure stays here."""
    assert response_to("1", outcome) == response
