"""Actions that are seen while they are carried out."""

import pytest

from tests.host.extensions.webpubsub.bindings import RecordingClient, invocation
from tests.host.looking import looking
from webpubsub.host.extensions.webpubsub.observed_client import observed
from webpubsub.host.observation import ActionCarriedOut, ObservationPoint
from webpubsub.protocol import operations as ops
from webpubsub.protocol.seams import ServiceRefused
from webpubsub.protocol.trace_context import SpanContext, current_span

CLOSE = ops.CloseAllConnections(hub="chat")


def test_nobody_looks() -> None:
    """Then the client is the client."""
    client = RecordingClient()
    assert observed(client, ObservationPoint(), "actions", invocation()) is client


class Refusing:
    """Remembers the span, and refuses."""

    span: SpanContext | None = None

    async def perform(self, operation: ops.HubOperation) -> None:
        self.span = current_span.get()
        raise ServiceRefused(404, "", "as asked")


async def test_every_action_is_seen() -> None:
    """With its output and its invocation, and what became of it."""
    context = invocation()
    point, client, refusing = ObservationPoint(), RecordingClient(), Refusing()
    with looking(point) as seen:
        await observed(client, point, "actions", context).perform(CLOSE)
        with pytest.raises(ServiceRefused):
            await observed(refusing, point, "actions", context).perform(CLOSE)
    assert client.operations == [CLOSE]
    done, refused = (sighting.item for sighting in seen)
    assert isinstance(done, ActionCarriedOut)
    assert isinstance(refused, ActionCarriedOut)
    assert (done.operation, done.binding, done.problem) == (CLOSE, "actions", None)
    assert (done.invocation_id, done.function) == (context.invocation_id, context.function.name)
    assert refused.problem == "as asked"
    assert seen[1].span == refusing.span is not None
