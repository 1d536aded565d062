"""The official Python clients lose their connection again and again, and miss nothing.

With their default protocol, which is the reliable one, through a proxy that cuts connections in the
middle of what the service sends.

Specification: client-protocols sections 7.4 and 14.
"""

import asyncio
import gc
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from azure.messaging.webpubsubclient import WebPubSubClient, WebPubSubClientCredential
from azure.messaging.webpubsubclient.aio import WebPubSubClient as AsyncWebPubSubClient
from azure.messaging.webpubsubclient.aio import (
    WebPubSubClientCredential as AsyncWebPubSubClientCredential,
)
from azure.messaging.webpubsubclient.models import CallbackType

from tests.conformance.reliability import numbered, staged

pytestmark = [
    pytest.mark.usefixtures("left_sockets"),
    pytest.mark.conformance,
    pytest.mark.timeout(120),
    # The clients do not close every socket that failed them, nor catch every error of it.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


class Received:
    """What a client has received, from whatever thread, and how often it was told of what."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self._lock = threading.Lock()
        self.texts: list[str] = []
        self.calls: list[CallbackType] = []

    async def join(self, group: str) -> None:
        """Join a group, whichever client it is."""
        joining = await asyncio.to_thread(self.client.join_group, group)
        if joining is not None:
            await joining

    def message(self, event: Any) -> None:
        with self._lock:
            self.texts.append(event.data)

    def called(self, kind: CallbackType) -> None:
        with self._lock:
            self.calls.append(kind)

    def connections(self) -> int:
        return self.calls.count(CallbackType.CONNECTED)


def _sockets() -> list[socket.socket]:
    return [one for one in gc.get_objects() if isinstance(one, socket.socket) and one.fileno() >= 0]


@pytest.fixture(autouse=True)
def left_behind() -> Iterator[None]:
    """Close the sockets that a client has left behind, or another test would be blamed for them."""
    before = {id(one) for one in _sockets()}
    yield
    for one in _sockets():
        if id(one) not in before and one.family == socket.AF_INET:
            one.close()


@contextmanager
def opened(url: str) -> Iterator[Received]:
    """A synchronous client, made as the documentation does."""
    client = WebPubSubClient(credential=WebPubSubClientCredential(lambda: url))
    received = Received(client)
    client.subscribe(CallbackType.SERVER_MESSAGE, received.message)
    for kind in (CallbackType.CONNECTED, CallbackType.DISCONNECTED):
        client.subscribe(kind, lambda _event, kind=kind: received.called(kind))
    with client:
        yield received


@asynccontextmanager
async def opened_async(url: str) -> AsyncIterator[Received]:
    """An asynchronous client."""

    async def provide() -> str:
        return url

    client = AsyncWebPubSubClient(credential=AsyncWebPubSubClientCredential(provide))
    received = Received(client)

    async def message(event: Any) -> None:
        received.message(event)

    await client.subscribe(CallbackType.SERVER_MESSAGE, message)
    for kind in (CallbackType.CONNECTED, CallbackType.DISCONNECTED):

        async def called(_event: Any, kind: CallbackType = kind) -> None:
            received.called(kind)

        await client.subscribe(kind, called)
    async with client:
        yield received


@asynccontextmanager
async def connected(kind: str, url: str) -> AsyncIterator[Received]:
    """A client of either kind beside the loop of the service."""
    if kind == "asynchronous":
        async with opened_async(url) as received:
            yield received
        return
    client = opened(url)
    received = await asyncio.to_thread(client.__enter__)
    try:
        yield received
    finally:
        await asyncio.to_thread(client.__exit__, None, None, None)


KINDS = ["synchronous", "asynchronous"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("clients", "elsewhere"), [(4, False), (1, True)])
async def test_no_message_is_lost_or_doubled(kind: str, clients: int, elsewhere: bool) -> None:
    """Ten thousand messages and a hundred cuts, with clients that take over and an application that
    closes: every message arrives once. What was cut or taken over, nobody is told of; what was
    closed, the client and the application are told of once. Clients that wait before they come back
    do so together, each at a service of its own."""
    async with asyncio.TaskGroup() as together:
        for number in range(clients):
            together.create_task(_misses_nothing(kind, seed=1 + number, elsewhere=elsewhere))


async def _misses_nothing(kind: str, *, seed: int, elsewhere: bool) -> None:
    sent = numbered(2_500)
    async with (
        staged(seed, elsewhere=elsewhere) as stage,
        connected(kind, await stage.url()) as received,
    ):
        losses = await stage.send_with_losses(sent, received.connections)
        await stage.until(lambda: len(received.texts) >= len(sent))
        await stage.settle()
        # The synchronous client calls back in a new thread for each message, hence in any order.
        texts = sorted(received.texts, key=int) if kind == "synchronous" else received.texts
        assert texts == sent
        assert received.connections() == 1 + losses.closes
        assert received.calls.count(CallbackType.DISCONNECTED) == losses.closes
        assert stage.proxy.accepted == losses.connections
        assert sorted(stage.events()) == losses.events


@pytest.mark.parametrize("kind", KINDS)
async def test_a_close_by_the_application_is_final(kind: str) -> None:
    """The client asks for its connection back, is refused, and starts a new one, in the groups that
    it had joined."""
    async with staged() as stage, connected(kind, await stage.url()) as received:
        first = stage.only_session().connection_id
        await received.join("room")
        await stage.close(first)
        await stage.until(lambda: received.calls.count(CallbackType.CONNECTED) == 2)
        assert CallbackType.DISCONNECTED in received.calls
        assert stage.only_session().connection_id != first
        await stage.until(lambda: list(stage.only_session().groups) == ["room"])
        stage.send(["hello"])
        await stage.until(lambda: received.texts == ["hello"])
        assert sorted(stage.events()) == sorted(["connect", "connected"] * 2 + ["disconnected"])


@pytest.mark.parametrize("kind", KINDS)
async def test_another_takes_over(kind: str) -> None:
    """A client whose connection was taken over does as with any lost transport: it takes it back,
    and has missed nothing."""
    async with staged() as stage, connected(kind, await stage.url()) as received:
        session = stage.only_session()
        other = await stage.take_over(session)
        stage.send(["a"])
        await stage.until(lambda: stage.proxy.accepted >= 2 and len(received.texts) == 1)
        other.hang_up()
        stage.send(["b"])
        await stage.until(lambda: sorted(received.texts) == ["a", "b"])
        assert stage.only_session() is session
        assert received.calls == [CallbackType.CONNECTED]
