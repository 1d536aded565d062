"""What those who look see of a request."""

import pytest

from tests.service.rest.world import World
from webpubsub.service.observation import OperationApplied, RestAnswered, RestCalled, Sighting

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def test_a_call_is_one_span_of_its_callers_trace(world: World) -> None:
    """From the request over what the hub does to the answer."""
    seen: list[Sighting] = []
    world.point.attach(seen.append)
    answer = await world.call(
        "POST",
        "/api/hubs/Chat/:send?api-version=2024-01-01",
        data=b"hi",
        headers={"Content-Type": "text/plain", "traceparent": PARENT},
    )
    assert answer.status == 202
    called, *others, answered = (sighting.item for sighting in seen)
    assert called == RestCalled("POST", "/api/hubs/Chat/:send")
    assert any(isinstance(item, OperationApplied) for item in others)
    assert isinstance(answered, RestAnswered)
    assert (answered.operation, answered.hub) == ("SendToAll", "chat")
    assert (answered.status, answered.refusal) == (202, None)
    assert answered.seconds > 0
    assert len({sighting.span for sighting in seen}) == 1
    span = seen[0].span
    assert span is not None
    assert (span.trace_id, span.parent_id) == (PARENT[3:35], PARENT[36:52])


@pytest.mark.parametrize(
    ("method", "path", "token", "status", "code", "operation"),
    [
        ("GET", "/nowhere", "", 404, "rest.path.unknown", None),
        ("POST", "/api/hubs/chat/:send", "", 401, "rest.token.missing", "SendToAll"),
        ("HEAD", "/api/hubs/chat/users/u", None, 404, None, "UserExists"),
    ],
)
async def test_a_call_that_is_refused(
    world: World,
    method: str,
    path: str,
    token: str | None,
    status: int,
    code: str | None,
    operation: str | None,
) -> None:
    """Why is seen, and how far it has come; what does not exist is no refusal of a question."""
    seen: list[Sighting] = []
    world.point.attach(seen.append)
    answer = await world.call(method, path, token=token)
    answered = seen[-1].item
    assert isinstance(answered, RestAnswered)
    assert answered.status == answer.status == status
    assert (answered.refusal and answered.refusal.kind.code) == code
    assert answered.operation == operation
