"""Which client protocols there are. Specification: client-protocols sections 1.6 and 7."""

from collections.abc import Iterable, Mapping

from webpubsub.protocol.clients import json, protobuf
from webpubsub.protocol.clients.codec import ClientCodec
from webpubsub.protocol.clients.protobuf import ProtobufCodec
from webpubsub.protocol.clients.simple import SimpleCodec

# These codecs keep nothing between messages, so all connections share one.
_SIMPLE: ClientCodec = SimpleCodec()
_JSON: ClientCodec = json.JsonCodec()
# A reliable subprotocol is a plain one with numbered messages, so the codec is the same.
_PLAIN: Mapping[str, ClientCodec] = {json.SUBPROTOCOL: _JSON, protobuf.SUBPROTOCOL: ProtobufCodec()}
_RELIABLE: Mapping[str, ClientCodec] = {
    json.RELIABLE_SUBPROTOCOL: _JSON,
    protobuf.RELIABLE_SUBPROTOCOL: ProtobufCodec(protobuf.RELIABLE_SUBPROTOCOL),
}
_BY_SUBPROTOCOL: Mapping[str, ClientCodec] = {**_PLAIN, **_RELIABLE}


def select_subprotocol(offered: Iterable[str]) -> str | None:
    """The first name on offer that is one of ours, in the client's own spelling; None makes a
    simple client."""
    return next((name for name in offered if name.lower() in _BY_SUBPROTOCOL), None)


def codec_for(subprotocol: str | None) -> ClientCodec:
    """The codec of a subprotocol in any letter case; simple for a custom one and for none."""
    return _BY_SUBPROTOCOL.get((subprotocol or "").lower(), _SIMPLE)


def is_reliable(subprotocol: str | None) -> bool:
    """Whether messages are numbered and kept until they are acknowledged."""
    return (subprotocol or "").lower() in _RELIABLE
