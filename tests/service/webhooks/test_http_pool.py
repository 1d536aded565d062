"""Which connections there are. Specification: upstream-events section 13."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.service.reverse_proxy import made_certificate
from tests.service.webhooks.servers import talking
from webpubsub.service.webhooks import http_pool
from webpubsub.service.webhooks.http_connection import HttpConnection
from webpubsub.service.webhooks.http_pool import KEEP_ALIVE, HttpPool
from webpubsub.service.webhooks.lookups import Lookups
from webpubsub.service.webhooks.places import Closed
from webpubsub.service.webhooks.targets import Origin

PATIENCE = 5.0


class Clock:
    """A time that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Each question, until there are no more."""
    while await reader.readuntil(b"?"):
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    async with talking(answer) as url:
        yield Origin("127.0.0.1", urlsplit(url).port or 0, is_secure=False)


@pytest.fixture
async def pool() -> AsyncIterator[HttpPool]:
    pool = HttpPool(clock=Clock())
    yield pool
    pool.close()


async def taken_from(pool: HttpPool, origin: Origin) -> HttpConnection:
    """A connection to somebody who has a place."""
    if not pool.places.take(origin):
        await pool.places.wait(origin)
    return await pool.take(origin)


async def used(pool: HttpPool, origin: Origin) -> HttpConnection:
    """The connection that a question went by."""
    connection = await taken_from(pool, origin)
    assert (await connection.ask(b"?")).status == 204
    pool.give_back(origin, connection)
    return connection


async def until_closed(connection: HttpConnection) -> None:
    for _ in range(200):
        if not connection.is_free:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it is still there")


async def test_a_connection_is_used_again(pool: HttpPool, origin: Origin) -> None:
    """And two at once are two."""
    first = await used(pool, origin)
    assert await used(pool, origin) is first
    taken = await taken_from(pool, origin)
    other = await taken_from(pool, origin)
    assert taken is first
    assert other is not first
    pool.give_back(origin, taken)
    pool.give_back(origin, other)


async def test_connections_are_of_one_server(pool: HttpPool, origin: Origin) -> None:
    """Another name or port is another server."""
    first = await used(pool, origin)
    elsewhere = Origin("localhost", origin.port, is_secure=False)
    assert await used(pool, elsewhere) is not first


@pytest.mark.parametrize("age", [KEEP_ALIVE, KEEP_ALIVE + 0.1])
async def test_old_connections_are_not_used(origin: Origin, age: float) -> None:
    """A server that closes idle ones might do it just now."""
    clock = Clock()
    pool = HttpPool(clock=clock)
    first = await used(pool, origin)
    clock.now += age
    assert (await used(pool, origin) is first) is (age <= KEEP_ALIVE)
    pool.close()


@pytest.mark.parametrize(
    ("said", "age", "is_used"),
    [
        ("timeout=5", KEEP_ALIVE, True),
        ("timeout=3", 2.0, True),
        ("timeout=3", 2.1, False),
        ("Timeout=2, max=100", 1.1, False),
        ("timeout=1", 0.0, False),
        ("timeout=0", 0.0, False),
        ("timeout=75", KEEP_ALIVE, True),
        ("timeout=75", KEEP_ALIVE + 0.1, False),
        ("timeout=soon", KEEP_ALIVE, True),
        ("timeout=-3", KEEP_ALIVE, True),
    ],
)
async def test_servers_say_how_long_they_wait(said: str, age: float, is_used: bool) -> None:
    """A connection is not used again when they might be closing it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"?"):
            writer.write(f"HTTP/1.1 204 No Content\r\nKeep-Alive: {said}\r\n\r\n".encode())

    clock = Clock()
    pool = HttpPool(clock=clock)
    async with talking(answer) as url:
        origin = Origin("127.0.0.1", urlsplit(url).port or 0, is_secure=False)
        first = await used(pool, origin)
        clock.now += age
        assert (await used(pool, origin) is first) is is_used
        pool.close()


async def test_old_connections_are_closed(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when nobody asks for one."""
    monkeypatch.setattr(http_pool, "KEEP_ALIVE", 0.02)
    pool = HttpPool()
    first = await used(pool, origin)
    await until_closed(first)
    pool.close()


async def test_connections_that_were_closed(pool: HttpPool) -> None:
    """By the server, between two questions: the next one goes by another."""

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"?")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    async with talking(answer_once) as url:
        origin = Origin("127.0.0.1", urlsplit(url).port or 0, is_secure=False)
        first = await used(pool, origin)
        await until_closed(first)
        assert await used(pool, origin) is not first


async def test_what_is_not_answered_is_not_kept(pool: HttpPool, origin: Origin) -> None:
    """Its answer might come later, when nobody or somebody else waits."""
    connection = await taken_from(pool, origin)
    asking = asyncio.ensure_future(connection.ask(b"no question"))
    await asyncio.sleep(0.01)
    asking.cancel()
    pool.give_back(origin, connection)
    assert await used(pool, origin) is not connection


async def test_the_limit(origin: Origin) -> None:
    """Whoever comes later waits until a connection is given back, or could not be made."""
    pool = HttpPool(limit=1)
    taken = await taken_from(pool, origin)
    waiting = asyncio.ensure_future(used(pool, origin))
    given_up = asyncio.ensure_future(used(pool, origin))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    given_up.cancel()
    pool.give_back(origin, taken)
    await asyncio.wait_for(waiting, PATIENCE)
    nobody = Origin("127.0.0.1", 1, is_secure=False)
    for _ in range(3):
        with pytest.raises(OSError):
            await taken_from(pool, nobody)
    await asyncio.wait_for(used(pool, origin), PATIENCE)
    pool.close()


async def test_closing(origin: Origin) -> None:
    """Ends those in use, too; what is given back later is not kept, and there are no more."""
    pool = HttpPool(limit=2)
    await used(pool, origin)
    taken = await taken_from(pool, origin)
    waiting = asyncio.ensure_future(used(pool, origin))
    await asyncio.sleep(0)
    pool.close()
    assert not taken.is_free
    pool.give_back(origin, taken)
    for using in (waiting, used(pool, origin)):
        with pytest.raises(Closed):
            await using
    pool.close()


async def test_closing_ends_what_is_being_made() -> None:
    """However long it would take: here, a server does not go on with TLS."""
    pool, is_over = HttpPool(), asyncio.Event()

    async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        pool.close()
        with suppress(ConnectionError):
            await reader.read()
        is_over.set()

    async with talking(listen) as url:
        origin = Origin("127.0.0.1", urlsplit(url).port or 0, is_secure=True)
        with pytest.raises(Closed):
            await asyncio.wait_for(used(pool, origin), PATIENCE)
        await asyncio.wait_for(is_over.wait(), PATIENCE)


async def test_closing_when_one_has_just_been_made(
    origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody gets it."""
    pool, make, made = HttpPool(), http_pool._connect, list[HttpConnection]()

    async def make_at_the_end(origin: Origin, lookups: Lookups) -> HttpConnection:
        made.append(await make(origin, lookups))
        pool.close()
        return made[0]

    monkeypatch.setattr(http_pool, "_connect", make_at_the_end)
    with pytest.raises(Closed):
        await used(pool, origin)
    assert not made[0].is_free


async def test_secure_connections(
    pool: HttpPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only to a server whose certificate is of somebody trusted, and for its name."""
    certificate = tmp_path / "localhost.pem"
    certificate.write_bytes(made_certificate())
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    server = await asyncio.start_server(answer, "localhost", 0, ssl=serving)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ssl.SSLCertVerificationError):
        await taken_from(pool, Origin("localhost", port, is_secure=True))
    monkeypatch.setattr(http_pool, "_tls", lambda: ssl.create_default_context(cafile=certificate))
    first = await used(pool, Origin("localhost", port, is_secure=True))
    assert await used(pool, Origin("localhost", port, is_secure=True)) is first
    with pytest.raises(ssl.SSLCertVerificationError):
        await taken_from(pool, Origin("127.0.0.1", port, is_secure=True))
    pool.close()
    server.close()
