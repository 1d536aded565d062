"""How the bodies and metadata of sends are read.

Specification: rest-api sections 3.4, 5.3 and 5.4.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from io import BytesIO

import pytest

from tests.service.rest.world import World
from tests.service.wire import until
from webpubsub.service.rest import bodies
from webpubsub.service.rest.bodies import MAX_BODY_BYTES

SEND = "/api/hubs/chat/:send"
NOT_JSON = "The request body is not a valid JSON."
NOT_ANY = "The request body is not a serialized google.protobuf.Any."
BAD_LENGTH = "Invalid Content-Length header."
METADATA = "X-WebPubSub-Metadata-"

#: Content-Type, body, status and message
REFUSED = (
    ("application/json", b"", 400, NOT_JSON),
    ("application/json", b"{", 400, NOT_JSON),
    ("application/json", b"1 2", 400, NOT_JSON),
    ("application/json", b"{'a':1}", 400, NOT_JSON),
    ("application/json", b"NaN", 400, NOT_JSON),
    ("application/json", b"[" * 100_000, 400, NOT_JSON),
    ("application/json", b'"\xff"', 400, "The request body does not match its charset."),
    ("application/json; charset=us-ascii", b'"\xe9"', 400, None),
    ("text/plain", b"\xff", 400, None),
    ("text/plain; charset=utf-16le", b"a", 400, None),
    ("text/plain; charset=shift_jis", b"\xff", 400, None),
    ("text/plain", b"x" * (MAX_BODY_BYTES + 1), 400, BAD_LENGTH),
    ("application/octet-stream", b"x" * (MAX_BODY_BYTES + 1), 400, BAD_LENGTH),
    ("application/xml", b"<a/>", 415, None),
    ("application/x-protobuf", b"hello", 400, NOT_ANY),
    ("application/x-protobuf", b"\n\x01\xff", 400, NOT_ANY),
    ("text/plain; charset=nonsense", b"x", 415, None),
    ("nonsense", b"x", 415, None),
)


@pytest.mark.parametrize(("content_type", "body", "status", "message"), REFUSED)
async def test_refused_bodies(
    world: World, content_type: str, body: bytes, status: int, message: str | None
) -> None:
    """A body that is not what it says it is reaches nobody."""
    client = world.client("c")
    headers = {"Content-Type": content_type}
    answer = await world.call("POST", SEND, data=BytesIO(body), headers=headers)
    assert answer.status == status
    assert answer.error.get("code") == ("Error.BadRequest" if status == 400 else None)
    assert message is None or answer.error["message"] == message
    assert client.frames == []


CHARSETS = {
    "utf-16": "é",
    "utf-16le": "é",
    "utf-16be": "é",
    "utf-32": "😀",
    "ISO-8859-1": "é",
    "iso-8859-15": "€",
    "Windows-1252": "€",
    "koi8-r": "Я",
    "GB18030": "你😀",
    "Shift_JIS": "あ",
    "euc-kr": "한",
}


@pytest.mark.parametrize(("charset", "text"), CHARSETS.items())
@pytest.mark.parametrize("content_type", ["text/plain", "application/json"])
async def test_charsets(world: World, charset: str, text: str, content_type: str) -> None:
    """Text and JSON in other charsets arrive as UTF-8."""
    client = world.client("c", subprotocol=None)
    headers = {"Content-Type": f"{content_type}; charset={charset}"}
    answer = await world.call("POST", SEND, data=f'"{text}"'.encode(charset), headers=headers)
    assert answer.status == 202
    assert client.frames == [(1, f'"{text}"'.encode())]


async def test_the_largest_body_arrives(world: World) -> None:
    """The limit itself is allowed."""
    client = world.client("c", subprotocol=None)
    body = bytes(MAX_BODY_BYTES)
    answer = await world.call("POST", SEND, data=BytesIO(body))
    assert answer.status == 202
    assert client.frames == [(2, body)]


async def test_chunked_bodies_are_refused(world: World) -> None:
    """A body without a length is refused even when it is short."""

    async def body() -> AsyncIterator[bytes]:
        yield b"x"

    answer = await world.call("POST", SEND, data=body())
    assert (answer.status, answer.error["message"]) == (400, BAD_LENGTH)


async def test_compressed_bodies_are_refused(world: World) -> None:
    """Nothing is decompressed: a small body cannot become a large one."""
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/plain"}
    assert (await world.call("POST", SEND, data=b"\x1f\x8b", headers=headers)).status == 415
    headers["Content-Encoding"] = "Identity"
    assert (await world.call("POST", SEND, data=b"x", headers=headers)).status == 202


METADATA_PROBLEMS: Mapping[str, Mapping[str, str]] = {
    "no key": {METADATA: "x"},
    "a long key": {METADATA + "k" * 257: "x"},
    "a long value": {METADATA + "k": "v" * 1025},
    "beyond ASCII": {METADATA + "k": "é"},
    "too much in all": {f"{METADATA}k{number}": "v" * 1022 for number in range(9)},
}


@pytest.mark.parametrize("headers", METADATA_PROBLEMS.values(), ids=METADATA_PROBLEMS.keys())
async def test_refused_metadata(world: World, headers: Mapping[str, str]) -> None:
    """Metadata beyond its limits is refused with the message it belongs to."""
    client = world.client("c")
    answer = await world.call("POST", SEND, data=b"x", headers=headers)
    assert (answer.status, answer.error["code"]) == (400, "Error.BadRequest")
    assert client.frames == []


async def test_metadata_at_its_limits(world: World) -> None:
    """The longest key and value arrive, and only the part after the last comma counts."""
    client = world.client("c")
    headers = {METADATA + "K" * 256: "ignored," * 100 + "v" * 1024}
    assert (await world.call("POST", SEND, data=b"x", headers=headers)).status == 202
    assert client.messages[0]["metadata"] == {"k" * 256: "v" * 1024}


async def test_the_last_of_repeated_headers_counts(world: World) -> None:
    """A header that comes twice has its last value."""
    client = world.client("c")
    extra = f"{METADATA}a: 1\r\n{METADATA.lower()}A: 2\r\nContent-Length: 0\r\n"
    assert await raw_status(world, extra) == 202
    assert client.messages[0]["metadata"] == {"a": "2"}


async def raw_status(world: World, headers: str) -> int:
    """The status of a send with these header lines and without a body."""
    reader, writer = await open_send(world, headers)
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])


async def open_send(
    world: World, headers: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = world.authority.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"POST {SEND} HTTP/1.1\r\nHost: {world.authority}\r\n"
        f"Authorization: Bearer {world.token(SEND)}\r\n{headers}\r\n"
    )
    writer.write(head.encode())
    return reader, writer


async def test_a_request_without_any_length_is_refused(world: World) -> None:
    """Nothing at all about the body is no length either."""
    assert await raw_status(world, "") == 400


async def test_a_body_in_pieces_is_put_together(world: World) -> None:
    """A body may come later than its head, and slowly."""
    client = world.client("c", subprotocol=None)
    reader, writer = await open_send(world, "Content-Length: 3\r\n")
    for piece in (b"a", b"b", b"c"):
        await asyncio.sleep(0.01)
        writer.write(piece)
    assert b"202" in await reader.readline()
    assert client.frames == [(2, b"abc")]
    writer.close()


async def test_a_client_that_waits_is_invited(world: World) -> None:
    """A client that expects it is told to continue, but not for a body that is too large."""
    reader, writer = await open_send(world, "Content-Length: 1\r\nExpect: 100-continue\r\n")
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"x")
    assert b"202" in await reader.readline()
    writer.close()
    too_long = f"Content-Length: {MAX_BODY_BYTES + 1}\r\nExpect: 100-continue\r\n"
    assert await raw_status(world, too_long) == 400


async def test_a_body_that_never_ends_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service does not wait for ever."""
    monkeypatch.setattr(bodies, "BODY_TIMEOUT", 0.05)
    assert await raw_status(world, "Content-Length: 10\r\n") == 408


async def test_a_client_that_goes_away_is_no_fault(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """A lost connection is logged in one line, without a traceback."""
    reader, writer = await open_send(world, "Content-Length: 10\r\nExpect: 100-continue\r\n")
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()
    await until(lambda: "rest.body.incomplete" in caplog.text)
    assert (await world.call("HEAD", "/api/health")).status == 200
    assert [record.levelname for record in caplog.records] == ["WARNING"]
