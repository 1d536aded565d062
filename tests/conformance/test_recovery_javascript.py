"""The official JavaScript client loses its connection again and again, and misses nothing.

With its default protocol, which is the reliable one, through a proxy that cuts connections in the
middle of what the service sends.

Specification: client-protocols sections 7.4 and 14.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.reliability import Stage, numbered, staged
from tests.requirements import requires

HERE = Path(__file__).parent / "js"

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.timeout(120),
    requires("node", packages=HERE),
]


class Client:
    """A client in a process of its own, and what it has told so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.told: list[list[Any]] = []

    async def listen(self) -> None:
        """Take note of what the client tells."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.told.append(json.loads(line))

    def send(self, ack_id: int, text: str) -> None:
        """Have the client send the event ``echo``."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([ack_id, text]).encode() + b"\n")

    def has_sent(self, text: str) -> bool:
        """Whether the client knows that an event has been handled."""
        return text in self.heard("sent")

    def connections(self) -> int:
        """How often the client was told that it is connected."""
        return len(self.heard("connected"))

    def heard(self, kind: str) -> list[Any]:
        """What the client has told of this kind."""
        return [what[-1] for what in self.told if what[0] == kind]


@asynccontextmanager
async def opened(stage: Stage, *script: str) -> AsyncIterator[Client]:
    """A script that has told something, by default a client that has connected."""
    process = await asyncio.create_subprocess_exec(
        *("node", *(script or ("reliable.js",))),
        cwd=HERE,
        env={**os.environ, "WEBPUBSUB_CLIENT_URL": await stage.url()},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    client = Client(process)
    listening = asyncio.create_task(client.listen())
    try:
        await stage.until(lambda: client.told)
        yield client
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 10)
        await listening


@pytest.mark.parametrize(("messages", "elsewhere"), [(10_000, False), (2_500, True)])
async def test_no_message_is_lost_or_doubled(messages: int, elsewhere: bool) -> None:
    """Ten thousand messages and a hundred cuts, with clients that take over and an application that
    closes: every message arrives once and in order. What was cut or taken over, nobody is told of;
    what was closed, the client and the application are told of once."""
    sent = numbered(messages)
    async with staged(elsewhere=elsewhere) as stage, opened(stage) as client:
        losses = await stage.send_with_losses(sent, client.connections)
        await stage.until(lambda: len(client.heard("message")) >= len(sent))
        await stage.settle()
        assert client.heard("message") == sent
        assert client.connections() == 1 + losses.closes
        assert len(client.heard("disconnected")) == losses.closes
        assert stage.proxy.accepted == losses.connections
        assert sorted(stage.events()) == losses.events


@pytest.mark.parametrize(("number", "elsewhere"), [(8, False), (2, True)])
async def test_requests_are_carried_out_once(number: int, elsewhere: bool) -> None:
    """A client that repeats under the same ack id what was cut off before its ack is told that it
    was done; the application sees every event once, and the client every reply."""
    texts = [f"event {one}" for one in range(number)]
    async with staged(elsewhere=elsewhere) as stage, opened(stage) as client:
        for ack_id, text in enumerate(texts, start=1000):
            stage.proxy.cut()
            client.send(ack_id, text)
            await stage.until(partial(client.has_sent, text))
            assert not stage.proxy.armed
        await stage.until(lambda: len(client.heard("message")) >= len(texts))
        await stage.settle()
        assert client.heard("message") == texts
        assert client.heard("failed") == []
        assert stage.events() == ["connect", "connected"] + ["echo"] * len(texts)


async def test_a_close_by_the_application_is_final() -> None:
    """The client asks for its connection back, is refused, and starts a new one."""
    async with staged() as stage, opened(stage) as client:
        first = stage.only_session().connection_id
        await stage.close(first)
        await stage.until(lambda: len(client.heard("connected")) == 2)
        second = stage.only_session().connection_id
        assert client.heard("connected") == [first, second]
        assert len(client.heard("disconnected")) == 1
        stage.send(["hello"])
        await stage.until(lambda: client.heard("message") == ["hello"])
        assert sorted(stage.events()) == sorted(["connect", "connected"] * 2 + ["disconnected"])


async def test_another_takes_over() -> None:
    """A client whose connection was taken over does as with any lost transport: it takes it back,
    and has missed nothing."""
    async with staged() as stage, opened(stage) as client:
        session = stage.only_session()
        other = await stage.take_over(session)
        stage.send(["a"])
        await stage.until(lambda: stage.proxy.accepted >= 2 and client.heard("message") == ["a"])
        other.hang_up()
        stage.send(["b"])
        await stage.until(lambda: client.heard("message") == ["a", "b"])
        assert stage.only_session() is session
        assert client.heard("connected") == [session.connection_id]
