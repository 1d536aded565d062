"""Requests that have arrived whole.

Specification: functions-python section 5.2.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.extensions.http.talking import Client, listening
from webpubsub.host.extensions.http.answers import Answer, text_answer
from webpubsub.host.extensions.http.bodies import BodyIncomplete
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.extensions.http.whole_requests import RequestReader

HOST = b"Host: h:1\r\n"
PLAIN = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"


async def test_what_a_request_says() -> None:
    """Headers are spelled as aiohttp spells them."""
    read, _ = RequestReader().read(
        b"POST /api/f%20g?a=%201&b HTTP/1.1\r\nhOST: h:1\r\nX-oNE: \xc3\xa9\r\nx-EMPTY:\r\n"
        b"content-TYPE: Text/Plain ; charset=utf-8\r\nCONTENT-LENGTH: 3\r\n\r\na\r\n"
    )
    assert read is not None
    assert (read.method, await read.body.read(3)) == ("POST", b"a\r\n")
    assert (read.scheme, read.host) == ("http", "h:1")
    assert (read.raw_path, read.raw_query) == ("/api/f%20g", "a=%201&b")
    assert read.lines == [
        ("Host", "h:1"),
        ("X-oNE", "é"),
        ("x-EMPTY", ""),
        ("Content-Type", "Text/Plain ; charset=utf-8"),
        ("Content-Length", "3"),
    ]
    assert read.named["x-one"] == "é"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"GET / HTTP/1.1\r\nA: " + b"x" * 8000, id="no end"),
        pytest.param(PLAIN + b"G", id="more than one"),
        pytest.param(PLAIN + PLAIN, id="two"),
        pytest.param(b"no HTTP\r\n\r\n", id="no HTTP"),
        pytest.param(PLAIN.replace(b"GET", b"HEAD"), id="no body wanted"),
        pytest.param(PLAIN.replace(b"GET", b"CONNECT"), id="tunnel"),
        pytest.param(PLAIN.replace(b"1.1", b"1.0"), id="old"),
        pytest.param(PLAIN.replace(HOST, b""), id="no host"),
        pytest.param(PLAIN.replace(HOST, HOST + HOST), id="two hosts"),
        pytest.param(PLAIN.replace(HOST, HOST + b"A: 1\r\na: 1\r\n"), id="repeated"),
        pytest.param(PLAIN.replace(HOST, HOST + b"A: 1 \r\n"), id="blank at the end"),
        pytest.param(PLAIN.replace(HOST, HOST + b"A: 1\r\n b\r\n"), id="folded"),
        pytest.param(PLAIN.replace(HOST, HOST + b"A: \xff\r\n"), id="no text"),
        pytest.param(PLAIN.replace(HOST, HOST + b"A: \0\r\n"), id="control character"),
        pytest.param(PLAIN.replace(HOST, HOST + b"Connection: close\r\n"), id="last"),
        pytest.param(PLAIN.replace(HOST, HOST + b"Connection: upgrade\r\nUpgrade: x\r\n"), id="up"),
        pytest.param(PLAIN.replace(HOST, HOST + b"Upgrade: websocket\r\n"), id="may go up"),
        pytest.param(PLAIN.replace(HOST, HOST + b"Expect: 100-continue\r\n"), id="asks first"),
        pytest.param(PLAIN.replace(HOST, HOST + b"Content-Length:\r\n"), id="empty length"),
        pytest.param(PLAIN.replace(HOST, HOST + b"Content-Length: +1\r\n") + b"a", id="sum"),
        pytest.param(PLAIN.replace(HOST, HOST + b"Content-Length: 1\r\n") + b"ab", id="too long"),
        pytest.param(b"\r\n\r\n", id="blank lines"),
        pytest.param(b"\r\n\r\n" + PLAIN, id="blank lines before it"),
        pytest.param(b"\r\n\r\n" + PLAIN[:-2], id="blank lines before a part of it"),
        pytest.param(
            PLAIN.replace(HOST, HOST + b"Transfer-Encoding: chunked\r\n") + b"0\r\n\r\n",
            id="chunks",
        ),
        pytest.param(PLAIN.replace(HOST, HOST + b"A: %s\r\n" % (b"x" * 8000)), id="long"),
        pytest.param(
            PLAIN.replace(HOST, HOST + b"".join(b"A%d: 1\r\n" % one for one in range(100))),
            id="many",
        ),
        *(
            pytest.param(PLAIN.replace(b"/ ", target + b" "), id=repr(target))
            for target in (b"http://h/", b"*", b"//h/", b"/#a", b"/\xc3\xa9")
        ),
    ],
)
def test_what_is_for_aiohttp_to_judge(data: bytes) -> None:
    """It is no request, and does not get in the way of the next one."""
    reader = RequestReader()
    assert reader.read(data) == (None, 0)
    assert reader.read(PLAIN)[1] == len(PLAIN)


LONG = PLAIN.replace(HOST, HOST + b"Content-Length: 5\r\n")


@pytest.mark.parametrize("data", [b"", b"\r\n", b"G", PLAIN[:-1], LONG[:-4]])
def test_a_head_that_is_not_complete(data: bytes) -> None:
    """It wants at least one byte more, and does not get in the way of the next one."""
    reader = RequestReader()
    assert reader.read(data) == (None, len(data) + 1)
    assert reader.read(PLAIN)[1] == len(PLAIN)


@pytest.mark.parametrize("rest", [b"", b"1234", b"\r\n\r\n"])
async def test_a_body_that_is_not_complete(rest: bytes) -> None:
    """What the request wants is known, and its body cannot be read."""
    reader = RequestReader()
    request, length = reader.read(LONG + rest)
    assert request is not None
    assert (request.raw_path, length) == ("/", len(LONG) + 5)
    with pytest.raises(BodyIncomplete):
        await request.body.read(5)
    request, _ = reader.read(LONG + b"12345")
    assert request is not None
    assert await request.body.read(5) == b"12345"


async def _tell(request: Request) -> Answer:
    seen = (
        (request.method, request.url, request.raw_path, request.raw_query),
        (request.host, request.scheme, [*request.fields], request.named, request.lines),
        await request.body.read(1000),
    )
    return text_answer(200, repr(seen))


_names = st.sampled_from(
    (
        *("Host", "hOST", "Content-Length", "content-type", "X-A", "x-a", "Expect", "Connection"),
        *("Transfer-Encoding", "Upgrade", "X A", "", "User-agent", "sec-websocket-KEY1", "Date"),
    )
)
_values = st.sampled_from(
    ["h", "0", "1", "5", "close", "keep-alive", "chunked", "", "a ", "é", "\t"]
)
_headers = st.lists(st.tuples(_names, _values | st.text(max_size=5)), max_size=5)
_targets: st.SearchStrategy[str] = st.sampled_from(
    ["/", "/a?b=c", "/a?", "/?#", "/a#b", "//a", "*", "http://h/a", "a", "/ü"]
)


_targets = _targets | st.text(min_size=1, max_size=6).map(lambda text: f"/{text}")


def _sent(
    method: str, target: str, version: str, lines: list[tuple[str, str]], body: bytes
) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return f"{method} {target} {version}\r\n{head}\r\n".encode(errors="replace") + body


_remarkable = st.builds(
    _sent,
    method=st.sampled_from(["GET", "POST", "OPTIONS", "get", "HEAD", "PROPFIND"]),
    target=_targets,
    version=st.sampled_from(["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0"]),
    lines=st.builds(
        lambda host, lines: host + lines, st.sampled_from([[("Host", "h")], []]), _headers
    ),
    body=st.binary(max_size=6),
)
_plain = st.binary(max_size=30).map(
    lambda body: _sent(
        "POST", "/", "HTTP/1.1", [("Host", "h"), ("Content-Length", f"{len(body)}")], body
    )
)


#: To what is no HTTP aiohttp answers with an excerpt from what it was given in one piece.
_QUOTED = re.compile(rb"(?<=HTTP/1.0 )400 Bad Request\r\n.*", re.DOTALL)


async def _answers(pieces: Sequence[bytes], *, takes: bool) -> tuple[bytes, bool]:
    async with listening(_tell, takes=takes) as listener:
        client = Client(listener)
        for piece in pieces:
            await client.say(piece)
        found = client.heard, client.is_lost
        client.transport.close()  # nobody waits for what does not come
        await client.hear()
    return found


@given(request=_remarkable)
async def test_aiohttp_sees_the_same_request(request: bytes) -> None:
    """Whoever answers, the answer is the same, byte by byte."""
    assert await _answers([request], takes=True) == await _answers([request], takes=False)


@given(
    requests=st.lists(_plain | _remarkable, min_size=1, max_size=3).map(b"".join),
    cuts=st.lists(st.integers(0, 200), max_size=4).map(sorted),
)
async def test_aiohttp_sees_the_same_in_pieces(requests: bytes, cuts: list[int]) -> None:
    """However they are cut."""
    pieces = [requests[begin:end] for begin, end in pairwise([0, *cuts, len(requests)])]
    whole, is_lost = await _answers(pieces, takes=True)
    pieced, is_lost_too = await _answers(pieces, takes=False)
    assert (_QUOTED.sub(b"400", whole), is_lost) == (_QUOTED.sub(b"400", pieced), is_lost_too)
