"""Requests that are no HTTP. Specification: rest-api sections 1.1 and 5.2."""

import asyncio
import logging

import msgspec
import pytest

from tests.service.rest.world import World

SEND = b"POST /api/hubs/chat/:send HTTP/1.1\r\n"
HOST = b"Host: h\r\n"

MALFORMED = {
    "a length that is no number": SEND + HOST + b"Content-Length: abc\r\n\r\n",
    "a negative length": SEND + HOST + b"Content-Length: -1\r\n\r\n",
    "two lengths": SEND + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a length and chunks": SEND + HOST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "an unknown encoding": SEND + HOST + b"Transfer-Encoding: gzip\r\n\r\n",
    "no host": b"HEAD /api/health HTTP/1.1\r\n\r\n",
    "an unknown method": b"SHOUT /api/health HTTP/1.1\r\n" + HOST + b"\r\n",
    "a header without a name": SEND + HOST + b": x\r\n\r\n",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_requests(
    world: World, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """They are answered in the form of all refusals, and logged in a line without a traceback."""
    host, _, port = world.authority.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    async with asyncio.timeout(5):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert head.split()[1] == b"400"
    assert b"api-supported-versions: 2021-10-01, " in head
    error = msgspec.json.decode(body)
    assert (error["code"], error["target"]) == ("Error.BadRequest", "Request")
    assert error["message"].startswith("The request is not valid HTTP: ")
    [record] = caplog.records
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)
    assert "rest.request.invalid" in record.getMessage()
    assert record.getMessage().isprintable()


async def test_a_good_request_before_a_malformed_one(world: World) -> None:
    """What came whole is carried out; the connection ends with the rest."""
    host, _, port = world.authority.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    good = b"HEAD /api/health HTTP/1.1\r\n" + HOST + b"\r\n"
    writer.write(good)
    assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
    writer.write(MALFORMED["no host"])
    async with asyncio.timeout(5):
        assert b" 400 " in await reader.read()
    writer.close()
