"""What the body and headers of a call say: a message, or a change of memberships.

Every check that the head alone decides is made before a byte of the body is read, and no more is
read than the limit. Specification: rest-api sections 3.4, 5.3 and 5.4.
"""

import asyncio
from collections.abc import Callable, Mapping

import msgspec
from aiohttp import StreamReader, hdrs, web
from aiohttp.client_exceptions import ClientError

from webpubsub.protocol.message_metadata import metadata_problem
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.protocol.serialized_any import is_serialized_any
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.checks import shown
from webpubsub.service.rest.content_types import Content, parse_content_type
from webpubsub.service.rest.memberships import parse_change

MAX_BODY_BYTES = 1_048_576
#: How long a body may take to arrive, in seconds.
BODY_TIMEOUT = 30.0

_METADATA_PREFIX = "x-webpubsub-metadata-"
_LENGTH_MESSAGE = "Invalid Content-Length header."


async def read_message(call: Call) -> None:
    """The message that is sent. Raises Refused."""
    request = call.request
    _check_length(request)
    content = _content(request)
    data = _decode(content, await _body(request))
    call.message = Message(content.data_type, data, _metadata(request))


async def read_change(call: Call) -> None:
    """The groups, and the filter for the connections that come into or out of them. Raises
    Refused."""
    request = call.request
    _check_length(request)
    content = _content(request)
    if content.data_type is not DataType.JSON:
        raise Refused(_unsupported(request, "another media type"))
    change = parse_change(_as_utf8(await _body(request), content.codec))
    call.groups, call.filter = change.groups, change.filter


def _check_length(request: web.BaseRequest) -> None:
    header = request.headers.get(hdrs.CONTENT_LENGTH, "")
    # The HTTP parser has refused what is not a number.
    if not header or int(header) > MAX_BODY_BYTES:
        raise Refused(kinds.LENGTH_INVALID.refuse(header or "no length", _LENGTH_MESSAGE))


def _content(request: web.BaseRequest) -> Content:
    header = request.headers.get(hdrs.CONTENT_TYPE, "")
    try:
        if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
            raise ValueError("a compressed body")
        return parse_content_type(header)
    except ValueError as error:
        raise Refused(_unsupported(request, str(error))) from None


def _unsupported(request: web.BaseRequest, problem: str) -> Refusal:
    seen = f"{problem}: {shown(request.headers.get(hdrs.CONTENT_TYPE, ''))}"
    return kinds.CONTENT_TYPE_UNKNOWN.refuse(seen, "The content type is not supported.")


async def _body(request: web.BaseRequest) -> bytes:
    stream = request.content
    if stream.is_eof():
        # Nearly always: a small body comes together with its head.
        return _bounded(stream.read_nowait(-1))
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            await _invite(request)
            return await _read(stream)
    except TimeoutError:
        seen = f"an unfinished body after {BODY_TIMEOUT:g} seconds"
        raise Refused(kinds.BODY_INCOMPLETE.refuse(seen, "The body did not arrive.")) from None
    except (ConnectionError, ClientError):
        raise Refused(kinds.BODY_INCOMPLETE.refuse("a lost connection")) from None


async def _invite(request: web.BaseRequest) -> None:
    """Tell a client that waits for it to send the body (RFC 9110 section 10.1.1)."""
    if request.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # What was written is not part of the answer.
        request.writer.output_size = 0


async def _read(stream: StreamReader) -> bytes:
    received = bytearray()
    while chunk := await stream.readany():
        received += _bounded(chunk, len(received))
    return bytes(received)


def _bounded(chunk: bytes, before: int = 0) -> bytes:
    if before + len(chunk) > MAX_BODY_BYTES:
        raise Refused(kinds.LENGTH_INVALID.refuse("a longer body", _LENGTH_MESSAGE))
    return chunk


def _decode(content: Content, body: bytes) -> bytes:
    return _DECODERS[content.data_type](body, content.codec)


def _json(body: bytes, codec: str) -> bytes:
    data = _as_utf8(body, codec)
    _check_json(data)
    return data


def _protobuf(body: bytes, _: str) -> bytes:
    """Clients get it as an Any within their own frames, so it must be one."""
    if not is_serialized_any(body):
        raise Refused(
            kinds.BODY_NOT_ANY.refuse(
                "other bytes", "The request body is not a serialized google.protobuf.Any."
            )
        )
    return body


def _as_utf8(body: bytes, codec: str) -> bytes:
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        raise Refused(
            kinds.BODY_NOT_TEXT.refuse(
                f"bytes that are not {codec}", "The request body does not match its charset."
            )
        ) from None
    return body if codec == "utf-8" else text.encode()


def _check_json(data: bytes) -> None:
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except (ValueError, RecursionError) as error:
        raise Refused(
            kinds.BODY_NOT_JSON.refuse(str(error), "The request body is not a valid JSON.")
        ) from None


_DECODERS: Mapping[DataType, Callable[[bytes, str], bytes]] = {
    DataType.TEXT: _as_utf8,
    DataType.JSON: _json,
    DataType.BINARY: lambda body, _: body,
    DataType.PROTOBUF: _protobuf,
}


def _metadata(request: web.BaseRequest) -> dict[str, str] | None:
    """The metadata headers; of several values of one key, the last one counts."""
    metadata: dict[str, str] = {}
    for name, value in request.headers.items():
        lowered = name.lower()
        if lowered.startswith(_METADATA_PREFIX):
            metadata[lowered.removeprefix(_METADATA_PREFIX)] = value.rpartition(",")[2].strip()
    problem = metadata_problem(metadata)
    if problem is not None:
        raise Refused(kinds.METADATA_INVALID.refuse(problem, f"Invalid metadata: {problem}."))
    return metadata or None
