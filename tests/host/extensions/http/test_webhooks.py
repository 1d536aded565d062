"""The webhooks of extensions.

Specification: bindings section 3.1.
And functions-python section 5.4.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from webpubsub.host.extensions.http import HttpExtension
from webpubsub.host.extensions.http.listener import Listener
from webpubsub.host.keys.files import KeyFiles
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.protocol.cloud_events.wire import WebhookAnswer, WebhookRequest


class Echo:
    """Keeps what it is asked, and answers what it is told."""

    def __init__(self) -> None:
        self.requests: list[WebhookRequest] = []
        self.result = WebhookAnswer(status=200)

    async def receive(self, request: WebhookRequest) -> WebhookAnswer:
        self.requests.append(request)
        return self.result


@pytest.fixture
def echo() -> Echo:
    """The webhook of an extension."""
    return Echo()


@asynccontextmanager
async def listening(echo: Echo, keys: KeyFiles | None = None) -> AsyncIterator[HttpExtension]:
    """A host with one webhook."""
    extension = HttpExtension(
        HostConfig(),
        listener=Listener("127.0.0.1", 0),
        keys=keys,
        max_body_bytes=10,
        webhooks={"thing": echo.receive},
    )
    await extension.start()
    extension.open()
    try:
        yield extension
    finally:
        await extension.stop()


@pytest.fixture
async def http(echo: Echo) -> AsyncIterator[HttpExtension]:
    """A host that asks for no keys."""
    async with listening(echo) as extension:
        yield extension


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/runtime/webhooks/thing", True),
        ("/runtime/webhooks/thing/", True),
        ("/runtime/webhooks/thing/a/b?code=x", True),
        ("/RUNTIME/WebHooks/THING", True),
        ("/runtime/webhooks/other", False),
        ("/runtime/webhooks", False),
        ("/runtime/webhooks/", False),
        ("/runtime/other/thing", False),
        ("/api/runtime/webhooks/thing", False),
        ("/runtime/webhooks/things", False),
    ],
)
async def test_paths(http: HttpExtension, echo: Echo, path: str, found: bool) -> None:
    """A name in any letter case, and whatever follows it; not below the prefix of functions."""
    url = f"http://127.0.0.1:{http.port}{path}"
    async with aiohttp.ClientSession() as session, session.post(url) as answer:
        assert answer.status == (200 if found else 404)
    assert len(echo.requests) == found


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("GET", 200),
        ("PUT", 200),
        ("POST", 200),
        ("DELETE", 200),
        ("OPTIONS", 200),
        ("PATCH", 405),
        ("HEAD", 405),
    ],
)
async def test_methods(http: HttpExtension, echo: Echo, method: str, status: int) -> None:
    """Five of them reach the extension."""
    url = http.webhook_url("thing")
    async with aiohttp.ClientSession() as session, session.request(method, url) as answer:
        assert answer.status == status
    assert [request.method for request in echo.requests] == [method] * (status == 200)


async def test_request_and_answer_pass_as_they_are(http: HttpExtension, echo: Echo) -> None:
    """Repeated headers and bytes of any kind too."""
    echo.result = WebhookAnswer(status=401, headers=[("X-B", "1"), ("X-B", "2")], body=b"\xff")
    headers = [("X-A", "1"), ("X-A", "2")]
    async with aiohttp.ClientSession() as session:
        url = http.webhook_url("thing")
        async with session.post(url, headers=headers, data=b"\xfe") as answer:
            assert (answer.status, await answer.read()) == (401, b"\xff")
            assert answer.headers.getall("X-B") == ["1", "2"]
    assert echo.requests[0].body == b"\xfe"
    assert [pair for pair in echo.requests[0].headers if pair[0].lower() == "x-a"] == headers


async def test_an_empty_answer_has_no_content_type(http: HttpExtension) -> None:
    """The extension gave none."""
    url = http.webhook_url("thing")
    async with aiohttp.ClientSession() as session, session.post(url) as answer:
        assert "Content-Type" not in answer.headers
        assert answer.headers["Content-Length"] == "0"


async def test_a_body_that_is_too_large(http: HttpExtension, echo: Echo) -> None:
    """It does not reach the extension."""
    url = http.webhook_url("thing")
    async with aiohttp.ClientSession() as session, session.post(url, data=b"x" * 11) as answer:
        assert answer.status == 413
    assert echo.requests == []


async def test_the_key_of_the_extension(echo: Echo, tmp_path: Path) -> None:
    """The system key of the extension opens its webhook, and so does the master key; no other key
    does, and without one nothing of the request reaches the extension."""
    files = KeyFiles(tmp_path)
    async with listening(echo, files) as http, aiohttp.ClientSession() as session:
        keys = files.host()
        system = {key.name: key.value for key in keys.system_keys}["thing_extension"]
        for key, status in [
            ("", 401),
            ("wrong", 401),
            (keys.function_keys[0].value, 401),
            (system, 200),
            (keys.master_key.value, 200),
        ]:
            url = http.webhook_url("thing")
            async with session.options(url, params={"code": key}) as answer:
                assert answer.status == status
            async with session.post(url, headers={"x-functions-key": key}) as answer:
                assert answer.status == status
    assert len(echo.requests) == 4
