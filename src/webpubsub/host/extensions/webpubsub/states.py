"""The states of a connection with those of an answer over them. Specification: bindings section
5.6."""

from collections.abc import Mapping

import msgspec

from webpubsub.protocol.connection_states import decode_raw_states, encode_raw_states
from webpubsub.protocol.events import ConnectionContext


def merged_states(context: ConnectionContext, given: Mapping[str, bytes]) -> str | None:
    """The header that stores them, or None when there are none; a state cannot be removed. Those
    given are JSON."""
    merged: dict[str, bytes | msgspec.Raw] = dict(decode_raw_states(context.connection_state))
    merged.update(given)
    return encode_raw_states(merged) if merged else None
