"""Answers as they are sent in one piece: what aiohttp sends, byte by byte.

Specification: functions-python section 5.2.
"""

import pytest

from tests.host.extensions.http.talking import Client, listening
from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.extensions.http.written_answers import written

REQUEST = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


@pytest.mark.parametrize("body", [b"", b"body"])
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
    status: int, headers: list[tuple[str, str]], body: bytes
) -> None:
    """With whatever it says itself."""

    async def answer(_: Request) -> Answer:
        return Answer(status, headers, body)

    answers = []
    for takes in (True, False):
        async with listening(answer, takes=takes) as listener:
            answers.append(await Client(listener).say(REQUEST))
    assert answers[0] == answers[1] != b""


@pytest.mark.parametrize("takes", [True, False])
async def test_the_last_answer_says_that_it_is(takes: bool) -> None:
    """And the connection ends."""

    async def answer(_: Request) -> Answer:
        return Answer(200, body=b"bye", is_last=True)

    async with listening(answer, takes=takes) as listener:
        client = Client(listener)
        assert b"\r\nConnection: close\r\n\r\nbye" in await client.say(REQUEST)
        assert client.is_lost


@pytest.mark.parametrize("header", [("X-A", "a\x01"), ("X-A", "a\r\nX-B: b"), ("X\x7f", "a")])
def test_a_header_with_a_control_character_is_not_sent(header: tuple[str, str]) -> None:
    """It could begin another one."""
    with pytest.raises(ValueError, match="control character"):
        written(Answer(200, [header]))
