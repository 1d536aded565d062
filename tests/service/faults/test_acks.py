"""Acks that get lost."""

from tests.service.fakes import JSON_SUBPROTOCOL
from webpubsub.protocol.clients.codec import AckError
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.service.faults.acks import LosingCodec

CODEC = codec_for(JSON_SUBPROTOCOL)


def test_as_many_acks_as_were_asked_for_get_lost() -> None:
    """And nothing else: it is the codec in every other way."""
    losing = LosingCodec(CODEC)
    codec = losing.as_codec
    assert codec.encode_ack(1) == CODEC.encode_ack(1)
    losing.losses = 1
    assert codec.encode_pong() == CODEC.encode_pong()
    assert codec.name == CODEC.name
    assert list(codec.encode_ack(2)) == []
    error = AckError("Forbidden", "no")
    assert codec.encode_ack(3, error) == CODEC.encode_ack(3, error)
