"""Which sessions a filter means."""

from tests.service.hubs.world import HELLO, World
from webpubsub.protocol import operations as ops
from webpubsub.protocol.refusals.hub import FILTER_INVALID


def test_a_filter_that_means_nothing_is_refused() -> None:
    """The operation does nothing, and the refusal says what is wrong with the filter."""
    world = World()
    refusal = world.hub.apply(ops.SendToAll(hub="chat", message=HELLO, filter="userId"))
    assert refusal is not None
    assert refusal.kind == FILTER_INVALID
    assert "Type 'string', expect 'bool'." in refusal.wire_message
    assert world.who_received() == set()
