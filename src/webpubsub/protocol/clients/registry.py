"""Which client protocols there are. Specification: client-protocols section 1.6."""

from collections.abc import Iterable, Mapping

from webpubsub.protocol.clients.codec import ClientCodec
from webpubsub.protocol.clients.json import SUBPROTOCOL, JsonCodec
from webpubsub.protocol.clients.simple import SimpleCodec

# These codecs keep nothing between messages, so all connections share one.
_SIMPLE: ClientCodec = SimpleCodec()
_BY_SUBPROTOCOL: Mapping[str, ClientCodec] = {SUBPROTOCOL: JsonCodec()}


def select_subprotocol(offered: Iterable[str]) -> str | None:
    """The first name on offer that is one of ours, in the client's own spelling; None makes a
    simple client."""
    return next((name for name in offered if name.lower() in _BY_SUBPROTOCOL), None)


def codec_for(subprotocol: str | None) -> ClientCodec:
    """The codec of a subprotocol in any letter case; simple for a custom one and for none."""
    return _BY_SUBPROTOCOL.get((subprotocol or "").lower(), _SIMPLE)
