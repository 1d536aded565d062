"""The connection input."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.functions.connections import WebPubSubConnection, connection_from_json

CONNECTION = WebPubSubConnection(
    base_url="ws://h/client/hubs/chat",
    url="ws://h/client/hubs/chat?access_token=secret",
    access_token="secret",
)


def test_the_hosts_text_is_read() -> None:
    """Members in camelCase, and what is not known is passed over."""
    text = json.dumps(
        {
            "baseUrl": CONNECTION.base_url,
            "url": CONNECTION.url,
            "accessToken": CONNECTION.access_token,
            "new": 1,
        }
    )
    assert connection_from_json(text) == CONNECTION
    assert connection_from_json(text.encode()) == CONNECTION


@given(st.builds(WebPubSubConnection, base_url=st.text(), url=st.text(), access_token=st.text()))
def test_round_trip(connection: WebPubSubConnection) -> None:
    """What is written as JSON is read back."""
    assert connection_from_json(msgspec.json.encode(connection)) == connection


def test_its_text_has_no_token() -> None:
    """A connection that is logged gives nothing away."""
    assert "secret" not in repr(CONNECTION)
    assert "secret" not in str(CONNECTION)
    assert CONNECTION.base_url in repr(CONNECTION)


@pytest.mark.parametrize("text", ["", "null", "[]", '{"url": "secret"}', '{"baseUrl": 1}'])
def test_other_texts_are_refused(text: str) -> None:
    """Without showing what was in them."""
    with pytest.raises(ValueError, match="the connection that the host gave") as raised:
        connection_from_json(text)
    assert "secret" not in str(raised.value)
