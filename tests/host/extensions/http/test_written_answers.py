"""Answers as they are sent in one piece: what aiohttp sends, byte by byte.

Specification: functions-python section 5.2.
"""

import pytest
from aiohttp import web
from multidict import CIMultiDict

from tests.host.extensions.http.talking import Client, listening
from webpubsub.host.extensions.http.whole_requests import Request
from webpubsub.host.extensions.http.written_answers import written

REQUEST = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


@pytest.mark.parametrize("body", [None, b"", b"body"])
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Content-Type", "text/html"), ("content-language", "én"), ("X-Z", "\udcff1")],
        [("content-type", "a/b"), ("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("X-Tab", "a\tb")],
        [("date", "then"), ("SERVER", "mine")],
    ],
)
@pytest.mark.parametrize("status", [200, 201, 204, 205, 304, 302, 401, 404, 418, 500, 599, 999])
async def test_an_answer_is_written_as_aiohttp_does(
    status: int, headers: list[tuple[str, str]], body: bytes | None
) -> None:
    """With whatever it says itself."""

    async def answer(_: Request) -> web.Response:
        return web.Response(status=status, headers=CIMultiDict(headers), body=body)

    answers = []
    for takes in (True, False):
        async with listening(answer, takes=takes) as listener:
            answers.append(await Client(listener).say(REQUEST))
    assert answers[0] == answers[1] != b""


@pytest.mark.parametrize("takes", [True, False])
async def test_the_last_answer_says_that_it_is(takes: bool) -> None:
    """And the connection ends."""

    async def answer(_: Request) -> web.Response:
        last = web.Response(text="bye")
        last.force_close()
        return last

    async with listening(answer, takes=takes) as listener:
        client = Client(listener)
        assert b"\r\nConnection: close\r\n\r\nbye" in await client.say(REQUEST)
        assert client.is_lost


@pytest.mark.parametrize("header", [("X-A", "a\x01"), ("X-A", "a\r\nX-B: b"), ("X\x7f", "a")])
def test_a_header_with_a_control_character_is_not_sent(header: tuple[str, str]) -> None:
    """It could begin another one."""
    with pytest.raises(ValueError, match="control character"):
        written(web.Response(headers=[header]))


def test_a_body_is_made_of_bytes() -> None:
    """One that is still to be made is none of these answers."""
    with pytest.raises(TypeError, match="Response that is still to be made"):
        written(web.Response(body=bytearray(b"a")))
