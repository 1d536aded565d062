"""The client protocols by the names that tests use."""

from collections.abc import Mapping
from typing import NamedTuple

from webpubsub.protocol.spelling import did_you_mean, listed
from webpubsub.testing.dialects import Dialect, JsonDialect, SimpleDialect
from webpubsub.testing.errors import SetupError
from webpubsub.testing.protobuf_dialect import ProtobufDialect

# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class ClientProtocol(NamedTuple):
    """A client protocol: the subprotocol it is on the wire, and how it is spoken."""

    subprotocol: str | None
    dialect: Dialect
    is_reliable: bool = False


PROTOCOLS: Mapping[str, ClientProtocol] = {
    "simple": ClientProtocol(None, SimpleDialect()),
    "json": ClientProtocol("json.webpubsub.azure.v1", JsonDialect()),
    "json.reliable": ClientProtocol("json.reliable.webpubsub.azure.v1", JsonDialect(), True),
    "protobuf": ClientProtocol("protobuf.webpubsub.azure.v1", ProtobufDialect()),
    "protobuf.reliable": ClientProtocol(
        "protobuf.reliable.webpubsub.azure.v1", ProtobufDialect(), True
    ),
}


def protocol_named(name: str) -> ClientProtocol:
    """The protocol of a name. Raises SetupError, which lists them."""
    if name not in PROTOCOLS:
        raise SetupError(
            f"there is no client protocol '{name}'; there are {listed(PROTOCOLS)}."
            f"{did_you_mean(name, PROTOCOLS)}"
        )
    return PROTOCOLS[name]
