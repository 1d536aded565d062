"""Who may show something to a group.

Specification: client-protocols section 9.4.
"""

from tests.service.hubs.test_group_states import World, set_state, subscribe, unsubscribe
from webpubsub.protocol.refusals.hub import GROUP_STATE_NOT_MEMBER


def test_only_members_show_something() -> None:
    """Setting is refused, clearing is harmless, and neither changes anything."""
    world = World()
    refusal = world.hub.apply(set_state("c3", {}))
    assert refusal is not None
    assert refusal.kind is GROUP_STATE_NOT_MEMBER
    assert refusal.wire_message == "The connection is not in group 'g'."
    world.does(set_state("c3", None), set_state("c0", None))
    assert world.who_received() == set()


def test_unknown_connections() -> None:
    """There is nobody to do it for."""
    world = World()
    assert world.hub.apply(set_state("nobody", {})) is not None
    assert world.hub.apply(subscribe("nobody")) is not None
    assert world.hub.apply(unsubscribe("nobody")) is None
