"""Joining, leaving and sending.

Specification: client-protocols sections 5.7, 5.8 and 9.1.
"""

from tests.service.connections.world import World, ack, from_group, join, leave, parsed, to_group
from tests.service.fakes import ManualLoop as AnyLoop
from tests.service.fakes import attached
from webpubsub.protocol import operations as ops
from webpubsub.protocol.refusals import Refusal
from webpubsub.service import observation
from webpubsub.service.observation import Observed


async def test_groups() -> None:
    """Joining, sending and leaving; one's own message comes before its ack."""
    world = World()
    assert await world.send(join("g", 1), to_group("g", "hi", 2), leave("g", 3)) == [
        ack(1),
        from_group("g", "hi"),
        ack(2),
        ack(3),
    ]
    assert not world.hub.members("g")


async def test_no_echo_skips_only_the_sender() -> None:
    """Other connections of the same user still receive."""
    world = World()
    other, other_client = attached(AnyLoop(), "other", user_id="alice")
    world.hub.add(other, ["g"])
    assert await world.send(join("g", 1), to_group("g", "hi", 2, noEcho=True)) == [ack(1), ack(2)]
    assert list(map(parsed, other_client.payloads)) == [from_group("g", "hi")]


async def test_a_message_of_an_anonymous_client() -> None:
    """The sender's user id is null."""
    world = World(user_id=None)
    (_, message) = await world.send(join("g", 1), to_group("g", "hi"))
    assert message == from_group("g", "hi", None)


async def test_ttl_becomes_an_absolute_time() -> None:
    """An operation carries when it expires, not for how long it lives."""
    world = World()
    seen: list[Observed] = []
    world.point.observer = seen.append
    await world.send(to_group("g", "hi", ttlSeconds=30), to_group("g", "hi", ttlSeconds=0))
    sent = [item.operation for item in seen if isinstance(item, observation.OperationApplied)]
    assert [one.expires_at for one in sent if isinstance(one, ops.SendToGroup)] == [130.0, None]


def _fail(_operation: object) -> Refusal | None:
    raise RuntimeError("as asked")
