"""Requests that aiohttp reads, and their answers.

Specification: functions-python section 5.2.
"""

import pytest

from tests.host.extensions.http.talking import Client, listening
from webpubsub.host.extensions.http.answers import Answer, text_answer
from webpubsub.host.extensions.http.requests import Request

HEAD = b"POST /a%20b?c=d HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: \xff\r\n"


async def test_a_request_says_all_that_was_sent() -> None:
    """Headers that repeat, too, and a body in chunks."""
    seen: list[Request] = []
    bodies = []

    async def see(request: Request) -> Answer:
        seen.append(request)
        bodies.append(await request.body.read(10))
        return Answer(200, [("X-B", "1"), ("X-B", "2")], b"body")

    async with listening(see) as listener:
        client = Client(listener)
        heard = await client.say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")
        assert not client.is_lost
    (request,) = seen
    assert (request.method, request.raw_path, request.raw_query) == ("POST", "/a%20b", "c=d")
    assert request.url == "http://h/a%20b?c=d"
    assert [*request.fields][1:3] == [(b"X-A", b"1"), (b"x-a", b"\xff")]
    assert request.named["x-a"] == ["1", "\ufffd"]
    assert bodies == [b"ab"]
    assert heard.startswith(b"HTTP/1.1 200 OK\r\nX-B: 1\r\nX-B: 2\r\nContent-Length: 4\r\n")


async def test_a_mistake_in_the_middle_of_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    """The client sees that there is more, and that it does not come."""

    async def fail(request: Request) -> Answer:
        await request.stream.begin(Answer(200))
        await request.stream.write(b"half")
        raise KeyError("secret")

    async with listening(fail, takes=False) as listener:
        client = Client(listener)
        heard = await client.say(HEAD + b"\r\n")
        assert heard.endswith(b"\r\n\r\n4\r\nhalf\r\n")
        assert client.is_lost
    assert [record.getMessage() for record in caplog.records] == ["POST /a%20b cannot be answered"]


@pytest.mark.parametrize("is_last", [True, False])
async def test_an_answer_may_be_the_last_one(is_last: bool) -> None:
    """The connection ends then."""

    async def answer(_: Request) -> Answer:
        last = text_answer(408, "late")
        last.is_last = is_last
        return last

    async with listening(answer, takes=False) as listener:
        client = Client(listener)
        assert (b"Connection: close" in await client.say(HEAD + b"\r\n")) == is_last
        assert client.is_lost == is_last
