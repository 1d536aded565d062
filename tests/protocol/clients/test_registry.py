"""Which client protocol is spoken. Specification: client-protocols section 1.6."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.protobuf import ProtobufCodec
from webpubsub.protocol.clients.registry import codec_for, is_reliable, select_subprotocol
from webpubsub.protocol.clients.simple import SimpleCodec


@pytest.mark.parametrize(
    ("offered", "selected"),
    [
        ([], None),
        (["chat"], None),
        ([""], None),
        (["json.webpubsub.azure.v1"], "json.webpubsub.azure.v1"),
        (["JSON.WebPubSub.Azure.V1"], "JSON.WebPubSub.Azure.V1"),
        (["chat", "json.webpubsub.azure.v1", "mqtt"], "json.webpubsub.azure.v1"),
        (["Json.webpubsub.azure.v1", "json.webpubsub.azure.v1"], "Json.webpubsub.azure.v1"),
        (["json.reliable.webpubsub.azure.v1"], "json.reliable.webpubsub.azure.v1"),
        (["ProtoBuf.webpubsub.azure.v1"], "ProtoBuf.webpubsub.azure.v1"),
        (["protobuf.reliable.webpubsub.azure.v1"], "protobuf.reliable.webpubsub.azure.v1"),
        (["json.webpubsub.azure.v10"], None),
        (["json.webpubsub.azure.v1 "], None),
    ],
)
def test_the_first_name_of_ours_is_selected(offered: list[str], selected: str | None) -> None:
    """In the client's own spelling, or none for a simple client."""
    assert select_subprotocol(offered) == selected


@pytest.mark.parametrize(
    ("subprotocol", "codec"),
    [
        ("json.webpubsub.azure.v1", JsonCodec),
        ("JSON.webpubsub.azure.V1", JsonCodec),
        ("Json.Reliable.webpubsub.azure.v1", JsonCodec),
        ("protobuf.webpubsub.azure.v1", ProtobufCodec),
        ("Protobuf.Reliable.webpubsub.azure.v1", ProtobufCodec),
        ("chat", SimpleCodec),
        ("", SimpleCodec),
        (None, SimpleCodec),
    ],
)
def test_codecs(subprotocol: str | None, codec: type) -> None:
    """A custom subprotocol is spoken by a simple client too."""
    assert isinstance(codec_for(subprotocol), codec)


@pytest.mark.parametrize(
    ("subprotocol", "reliable"),
    [
        ("json.reliable.webpubsub.azure.v1", True),
        ("JSON.Reliable.WebPubSub.Azure.V1", True),
        ("json.webpubsub.azure.v1", False),
        ("protobuf.reliable.webpubsub.azure.v1", True),
        ("protobuf.webpubsub.azure.v1", False),
        ("reliable", False),
        ("", False),
        (None, False),
    ],
)
def test_reliable_subprotocols(subprotocol: str | None, reliable: bool) -> None:
    """Reliability goes with the name, in any letter case."""
    assert is_reliable(subprotocol) is reliable


@given(st.lists(st.text()))
def test_what_is_not_selected_is_simple(offered: list[str]) -> None:
    """Any offer without a name of ours makes a simple client."""
    assert select_subprotocol(offered) is None
    assert all(codec_for(name).name == "simple" for name in offered)
