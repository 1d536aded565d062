"""What a client asks for, and what the connect event shows of it.

Specification: client-protocols sections 1.2 and 1.6.
"""

import pytest

from tests.service.fakes import JSON_SUBPROTOCOL
from tests.service.front_door.test_handshake import attempt, with_token
from webpubsub.protocol.outcomes import (
    Unhandled,
)
from webpubsub.service.front_door.agreement import agree


@pytest.mark.parametrize(
    ("offered", "selected"),
    [
        (None, None),
        ("", None),
        ("chat.v1", None),
        (JSON_SUBPROTOCOL, JSON_SUBPROTOCOL),
        ("chat.v1, JSON.webpubsub.azure.V1", "JSON.webpubsub.azure.V1"),
    ],
)
def test_subprotocol_on_offer(offered: str | None, selected: str | None) -> None:
    """The first of ours, in the client's own spelling."""
    found = attempt(headers={"Sec-WebSocket-Protocol": offered})
    assert found.subprotocol == selected
    assert agree(found, Unhandled()).subprotocol == selected


def test_what_the_connect_event_is_shown() -> None:
    """Query and headers, without credentials and internals."""
    found = attempt(
        with_token("/client/hubs/chat?tag=a&tag=b&ACCESS_TOKEN="),
        {"Authorization": "Bearer x", "X-ASRS-Internal-A": "1", "Cookie": "c=1", "cookie": "d=2"},
    )
    assert found.shown_query() == {"tag": ["a", "b"]}
    shown = found.shown_headers()
    assert shown["Cookie"] == ["c=1", "d=2"]
    assert shown["Host"] == ["127.0.0.1:8080"]
    assert not {name.lower() for name in shown} & {"authorization", "x-asrs-internal-a"}
