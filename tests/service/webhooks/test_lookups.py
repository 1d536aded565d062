"""The addresses of servers. Specification: upstream-events section 13."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.wire import until
from webpubsub.service.webhooks.lookups import Lookups
from webpubsub.service.webhooks.targets import Origin

LOST = Origin("lost.test", 80, is_secure=False)
FOUND = Origin("found.test", 80, is_secure=False)
ADDRESSES = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]


class NameServer:
    """Finds names at once, but for one, which it never does until it is told to say so."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gives_up = threading.Event()

    def __call__(self, host: str, *_: Any, **__: Any) -> list[Any]:
        self.asked.append(host)
        if host == LOST.host:
            self.gives_up.wait(10)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return ADDRESSES


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server)
    yield server
    server.gives_up.set()


async def test_a_name_is_looked_up_each_time(server: NameServer) -> None:
    """It may be somewhere else by then."""
    lookups = Lookups()
    for _ in range(2):
        assert await lookups.addresses(FOUND) == ADDRESSES
    assert server.asked == [FOUND.host] * 2


async def test_a_name_that_is_not_found_is_not_in_the_way_of_others(server: NameServer) -> None:
    """However many look for it."""
    lookups = Lookups()
    many = [asyncio.ensure_future(lookups.addresses(LOST)) for _ in range(100)]
    await until(lambda: server.asked)
    assert await asyncio.wait_for(lookups.addresses(FOUND), 5) == ADDRESSES
    assert server.asked == [LOST.host, FOUND.host]
    many.pop(0).cancel()  # who has asked, and one who shares the question
    many.pop().cancel()
    server.gives_up.set()
    assert await asyncio.wait(many, timeout=5) == (set(many), set())
    assert {type(one.exception()) for one in many} == {socket.gaierror}
    assert lookups._asking == {}


async def test_an_answer_that_nobody_waits_for(
    server: NameServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Is nothing to be told of."""
    lookups = Lookups()
    asking = asyncio.ensure_future(lookups.addresses(LOST))
    await until(lambda: server.asked)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    server.gives_up.set()
    await until(lambda: not lookups._asking)
    assert caplog.messages == []
