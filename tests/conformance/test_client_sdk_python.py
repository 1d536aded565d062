"""The official Python client SDK, synchronous and asynchronous, against a running service.

Specification: client-protocols section 14.
"""

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from azure.messaging.webpubsubclient import WebPubSubClient, WebPubSubClientCredential
from azure.messaging.webpubsubclient.aio import WebPubSubClient as AsyncWebPubSubClient
from azure.messaging.webpubsubclient.aio import (
    WebPubSubClientCredential as AsyncWebPubSubClientCredential,
)
from azure.messaging.webpubsubclient.models import (
    CallbackType,
    OpenClientError,
    SendMessageError,
    WebPubSubDataType,
    WebPubSubProtocolType,
)

from tests.service.wire import until
from webpubsub.protocol.operations import CloseAllConnections, CloseUserConnections
from webpubsub.service.service import Service

pytestmark = [pytest.mark.conformance, pytest.mark.usefixtures("left_sockets")]

ALL_ROLES = ("webpubsub.joinLeaveGroup", "webpubsub.sendToGroup")
HUB = "conformance"
OPTIONS: dict[str, Any] = {
    "protocol_type": WebPubSubProtocolType.JSON,
    "message_retry_total": 0,
    "ack_timeout": 5,
    "start_timeout": 5,
}
#: More than enough to meet the lost wake-up of the synchronous client, were acks sent at once.
MANY = 100


async def client_url(service: Service, user_id: str, roles: Sequence[str] = ALL_ROLES) -> str:
    """A client access URL made by the service in process."""
    access = await service.client.client_access(HUB, user_id=user_id, roles=roles)
    return access.url


class Inbox:
    """What a synchronous client received; its callbacks run in threads of their own."""

    def __init__(self, client: WebPubSubClient) -> None:
        self._items: queue.Queue[Any] = queue.Queue()
        for kind in (
            CallbackType.GROUP_MESSAGE,
            CallbackType.SERVER_MESSAGE,
            CallbackType.DISCONNECTED,
        ):
            client.subscribe(kind, self._items.put)

    def next(self) -> Any:
        """The next thing received, or queue.Empty after five seconds."""
        return self._items.get(timeout=5)


@contextmanager
def opened(url: str) -> Iterator[tuple[WebPubSubClient, Inbox]]:
    """A started synchronous client and its inbox."""
    client = WebPubSubClient(credential=WebPubSubClientCredential(lambda: url), **OPTIONS)
    inbox = Inbox(client)
    with client:
        yield client, inbox


async def in_thread(work: Callable[..., None], *arguments: Any) -> None:
    """Run a synchronous test body beside the service's loop."""
    await asyncio.wait_for(asyncio.to_thread(work, *arguments), 40)


async def close_all(service: Service) -> None:
    """Close every connection, as the application does."""
    await service.client.perform(CloseAllConnections(hub=HUB, reason="maintenance"))


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until something is so, beside the loop of the service, but not for ever."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@asynccontextmanager
async def opened_async(url: str) -> AsyncIterator[tuple[AsyncWebPubSubClient, asyncio.Queue[Any]]]:
    """A started asynchronous client and what it receives."""

    async def provide() -> str:
        return url

    client = AsyncWebPubSubClient(credential=AsyncWebPubSubClientCredential(provide), **OPTIONS)
    received: asyncio.Queue[Any] = asyncio.Queue()
    for kind in (
        CallbackType.GROUP_MESSAGE,
        CallbackType.SERVER_MESSAGE,
        CallbackType.DISCONNECTED,
    ):
        await client.subscribe(kind, received.put)
    async with client:
        yield client, received


async def test_sync_group_messages(service: Service) -> None:
    """Text, JSON and binary reach the other member with sender, group and type."""
    alice_url, bob_url = await client_url(service, "alice"), await client_url(service, "bob")

    def body() -> None:
        with opened(alice_url) as (alice, _), opened(bob_url) as (bob, inbox):
            bob.join_group("room")
            samples: list[tuple[Any, Any]] = [
                ("hello", WebPubSubDataType.TEXT),
                ({"n": [1, None]}, WebPubSubDataType.JSON),
                (memoryview(b"\x01\xff"), WebPubSubDataType.BINARY),
            ]
            for data, data_type in samples:
                alice.send_to_group("room", data, data_type)
                message = inbox.next()
                assert (message.group, message.from_user_id) == ("room", "alice")
                assert message.data_type == data_type
                assert message.data == data

    await in_thread(body)


async def test_sync_acks_are_never_missed(service: Service) -> None:
    """No call waits for the ack timeout: the ack comes after the client began to wait for it."""
    url = await client_url(service, "alice")

    def body() -> None:
        with opened(url) as (alice, _):
            for n in range(MANY):
                alice.send_to_group("room", str(n), WebPubSubDataType.TEXT)

    await in_thread(body)


async def test_sync_event_reply_and_failure(service: Service) -> None:
    """A reply reaches the client; a failed event is an error of the call and no more."""
    url = await client_url(service, "alice")

    def body() -> None:
        with opened(url) as (alice, inbox):
            with pytest.raises(SendMessageError) as failure:
                alice.send_event("fail", "x", WebPubSubDataType.TEXT)
            assert failure.value.error_detail is not None
            assert failure.value.error_detail.name == "InternalServerError"
            alice.send_event("echo", {"a": 1}, WebPubSubDataType.JSON)
            assert inbox.next().data == {"a": 1}

    await in_thread(body)


async def test_sync_forbidden(service: Service) -> None:
    """Without roles, joining and sending are refused by name."""
    url = await client_url(service, "guest", roles=())

    def body() -> None:
        with opened(url) as (guest, _):
            attempts: list[Callable[[], None]] = [
                lambda: guest.join_group("room"),
                lambda: guest.send_to_group("room", "x", WebPubSubDataType.TEXT),
            ]
            for attempt in attempts:
                with pytest.raises(SendMessageError) as failure:
                    attempt()
                assert failure.value.error_detail is not None
                assert failure.value.error_detail.name == "Forbidden"

    await in_thread(body)


async def test_sync_refused_user_cannot_open(service: Service) -> None:
    """The application's refusal fails the start of the client."""
    url = await client_url(service, "refused")

    def body() -> None:
        with pytest.raises(OpenClientError), opened(url):
            pass

    before = threading.active_count()
    await in_thread(body)
    assert threading.active_count() <= before + 2


async def test_sync_comes_back_into_its_groups(service: Service) -> None:
    """A client whose connection was closed has a new one, in the groups it had joined (fact 6)."""
    url = await client_url(service, "alice")
    hub = service.hubs.hub(HUB)

    def body() -> None:
        with opened(url) as (alice, inbox):
            alice.join_group("room")
            (before,) = hub.sessions
            asyncio.run_coroutine_threadsafe(close_all(service), loop).result(5)
            assert "maintenance" in inbox.next().message
            wait_until(lambda: [*hub.members("room")] not in ([], [before]))
            alice.send_to_group("room", "back", WebPubSubDataType.TEXT)
            assert inbox.next().data == "back"

    loop = asyncio.get_running_loop()
    await in_thread(body)


async def test_async_comes_back_into_its_groups(service: Service) -> None:
    """The same, with the asynchronous client."""
    url = await client_url(service, "alice")
    hub = service.hubs.hub(HUB)
    async with opened_async(url) as (alice, received):
        await alice.join_group("room")
        (before,) = hub.sessions
        await close_all(service)
        assert "maintenance" in (await asyncio.wait_for(received.get(), 5)).message
        await until(lambda: [*hub.members("room")] not in ([], [before]))
        await alice.send_to_group("room", "back", WebPubSubDataType.TEXT)
        assert (await asyncio.wait_for(received.get(), 5)).data == "back"


@pytest.mark.parametrize("data_type", WebPubSubDataType)
async def test_async_duplicates_are_successes(service: Service, data_type: Any) -> None:
    """A request that is repeated under its ack id is done already; whatever type its data has, the
    others hear it once."""
    data: Any = {"json": {"a": 1}, "text": "x"}.get(data_type.value, memoryview(b""))
    url = await client_url(service, "alice")
    async with opened_async(url) as (alice, received):
        await alice.join_group("room")
        for _ in range(2):
            await alice.send_to_group("room", data, data_type, ack_id=1000)
        await alice.send_to_group("room", "end", WebPubSubDataType.TEXT)
        heard = [await asyncio.wait_for(received.get(), 5) for _ in range(2)]
    assert [(one.data_type, one.data) for one in heard] == [
        (data_type, data),
        (WebPubSubDataType.TEXT, "end"),
    ]


async def test_async_group_messages(service: Service) -> None:
    """The same, with the asynchronous client."""
    alice_url, bob_url = await client_url(service, "alice"), await client_url(service, "bob")
    async with opened_async(alice_url) as (alice, _), opened_async(bob_url) as (bob, received):
        await bob.join_group("room")
        for n in range(MANY):
            await alice.send_to_group("room", {"n": n}, WebPubSubDataType.JSON)
        messages = [await asyncio.wait_for(received.get(), 5) for _ in range(MANY)]
    assert [message.data["n"] for message in messages] == list(range(MANY))
    assert {message.from_user_id for message in messages} == {"alice"}


async def test_async_no_echo_and_leave(service: Service) -> None:
    """No echo skips the sender only; a group that was left is silent."""
    url = await client_url(service, "alice")
    async with opened_async(url) as (alice, received):
        await alice.join_group("room")
        await alice.send_to_group("room", "silent", WebPubSubDataType.TEXT, no_echo=True)
        await alice.send_to_group("room", "heard", WebPubSubDataType.TEXT)
        assert (await asyncio.wait_for(received.get(), 5)).data == "heard"
        await alice.leave_group("room")
        await alice.send_to_group("room", "gone", WebPubSubDataType.TEXT)
        await alice.send_event("echo", "after", WebPubSubDataType.TEXT)
        assert (await asyncio.wait_for(received.get(), 5)).data == "after"


async def test_async_server_close_is_told_and_survived(service: Service) -> None:
    """A closed client hears the reason, connects anew and can send again."""
    url = await client_url(service, "alice")
    async with opened_async(url) as (alice, received):
        reconnected = asyncio.Event()

        async def on_connected(_: Any) -> None:
            reconnected.set()

        await alice.subscribe(CallbackType.CONNECTED, on_connected)
        await service.client.perform(
            CloseUserConnections(hub=HUB, user_id="alice", reason="maintenance")
        )
        gone = await asyncio.wait_for(received.get(), 5)
        assert "maintenance" in (gone.message or "")
        await asyncio.wait_for(reconnected.wait(), 5)
        await alice.send_event("echo", "back", WebPubSubDataType.TEXT)
        assert (await asyncio.wait_for(received.get(), 5)).data == "back"
