"""The service as the application in the same process sees it.

Specification: bindings section 7.
"""

import pytest

from tests.service.fakes import ManualLoop, attached
from webpubsub.protocol.access_tokens import client_claims, verify
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import (
    AddConnectionToGroup,
    AddUserToGroup,
    GrantPermission,
    Permission,
    SendToAll,
)
from webpubsub.protocol.seams import ServiceRefused
from webpubsub.service.hubs.hubs import Hubs
from webpubsub.service.in_process import InProcessClient

KEY = "the-primary-key-of-the-in-process-tests"
NOW = 1_700_000_000.0


def client(hubs: Hubs | None = None, endpoint: str = "http://127.0.0.1:8080") -> InProcessClient:
    return InProcessClient(hubs or Hubs(), endpoint=lambda: endpoint, key=KEY, clock=lambda: NOW)


async def test_operations_are_carried_out_at_once() -> None:
    """When the call returns, the hub has done it."""
    hubs = Hubs()
    session, far = attached(ManualLoop(), "c")
    hubs.hub("chat").add(session)
    service = client(hubs)
    await service.perform(AddConnectionToGroup(hub="chat", group="g", connection_id="c"))
    assert list(hubs.hub("chat").members("g")) == ["c"]
    await service.perform(SendToAll(hub="Chat", message=Message(DataType.TEXT, b"x")))
    assert len(far.payloads) == 1
    await service.close()


@pytest.mark.parametrize(
    ("operation", "status", "word"),
    [
        (AddConnectionToGroup(hub="chat", group="g", connection_id="nobody"), 404, "'nobody'"),
        (AddUserToGroup(hub="chat", group="g", user_id="nobody"), 404, "'nobody'"),
        (GrantPermission(hub="chat", connection_id="nobody",
                         permission=Permission.SEND_TO_GROUP, target="g"), 404, "'nobody'"),
    ],
)  # fmt: skip
async def test_refusals(
    operation: AddConnectionToGroup | AddUserToGroup | GrantPermission, status: int, word: str
) -> None:
    """The application gets the status of the REST API and the whole story."""
    with pytest.raises(ServiceRefused, match=word) as caught:
        await client().perform(operation)
    assert caught.value.status == status
    assert caught.value.code


@pytest.mark.parametrize(
    ("endpoint", "base_url"),
    [
        ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/client/hubs/Chat"),
        ("https://wps.example.com", "wss://wps.example.com/client/hubs/Chat"),
    ],
)
async def test_client_access(endpoint: str, base_url: str) -> None:
    """A URL for a client, and a token that says who it is and what it may do."""
    access = await client(endpoint=endpoint).client_access(
        "Chat", user_id="alice", roles=["r"], groups=["g"], minutes_to_expire=5
    )
    assert access.base_url == base_url
    assert access.url == f"{base_url}?access_token={access.access_token}"
    claims = verify(
        access.access_token,
        keys=[KEY],
        is_audience=lambda audience: audience == f"{endpoint}/client/hubs/Chat",
        now=NOW,
    )
    identity = client_claims(claims)
    assert (identity.user_id, identity.roles, identity.groups) == ("alice", ("r",), ("g",))
    assert claims["exp"] == NOW + 300


async def test_section_7_access_for_anybody() -> None:
    """It lasts an hour, and says nothing of a user, of roles and of groups."""
    access = await client().client_access("chat")
    claims = verify(access.access_token, keys=[KEY], is_audience=lambda _: True, now=NOW)
    audience = "http://127.0.0.1:8080/client/hubs/chat"
    assert claims == {"aud": audience, "nbf": NOW, "iat": NOW, "exp": NOW + 3600}


@pytest.mark.parametrize("hub", ["", "1", "a b", "a/b", "x" * 129])
async def test_access_to_hubs_that_cannot_exist(hub: str) -> None:
    """The error says what a hub name is."""
    with pytest.raises(ServiceRefused, match="a letter, then letters, digits") as caught:
        await client().client_access(hub)
    assert caught.value.status == 400
