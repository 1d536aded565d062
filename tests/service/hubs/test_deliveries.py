"""One message to many: encoded once, written once.

Specification: client-protocols section 5.8.
"""

from collections.abc import Sequence

from tests.service.hubs.world import FROM_SERVER, HELLO, PEOPLE, World
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients.codec import Frame
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.messages import DataType, Delivery, Message


class Counting(JsonCodec):
    """Counts what it encodes; its name is the key of cached encodings."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.encoded = 0

    def encode_delivery(self, delivery: Delivery) -> Sequence[Frame]:
        self.encoded += 1
        return super().encode_delivery(delivery)


def test_a_message_is_encoded_once_for_each_protocol() -> None:
    """However many connections receive it, each protocol encodes it once, and each recipient gets
    the same bytes."""
    codecs = [Counting("one"), Counting("other")]
    world = World(codecs=codecs)
    world.hub.apply(ops.SendToAll(hub="chat", message=HELLO))
    assert [codec.encoded for codec in codecs] == [1, 1]
    writes = [write for client in world.clients.values() for write in client.wire.writes]
    assert writes == [], "nothing is written within the turn"
    assert world.received == {key: [FROM_SERVER] for key in PEOPLE}


def test_one_write_for_each_connection_in_each_turn() -> None:
    """Messages of one turn leave in one system call per connection."""
    world = World()
    for _ in range(10):
        world.hub.apply(ops.SendToAll(hub="chat", message=HELLO))
    assert world.received == dict.fromkeys(PEOPLE, [FROM_SERVER] * 10)
    assert {len(client.wire.writes) for client in world.clients.values()} == {1}


def test_mixed_protocols() -> None:
    """Simple clients get the payload alone, others the message around it."""
    world = World(codecs=[codec_for(None), JsonCodec()])
    world.hub.apply(ops.SendToAll(hub="chat", message=Message(DataType.JSON, b'{ "a":1}')))
    assert world.received["c0"] == [b'{ "a":1}']
    assert world.received["c1"] == [
        b'{"type":"message","from":"server","dataType":"json","data":{ "a":1}}'
    ]


def test_a_detached_session_stays_a_member() -> None:
    """A session without a transport is not another kind of thing."""
    world = World()
    world.join("g", "c0", "c1")
    world.sessions["c0"].detach()
    world.hub.apply(ops.SendToGroup(hub="chat", group="g", message=HELLO))
    assert world.who_received() == {"c1"}
    assert "c0" in world.hub.members("g")
    assert world.hub.ask(ops.ConnectionExists(hub="chat", connection_id="c0"))
    assert world.hub.apply(ops.CloseConnection(hub="chat", connection_id="c0")) is None
    assert world.endings.ended == [("c0", "Application server closed the connection.")]
