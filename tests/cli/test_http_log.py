"""Malformed HTTP in the log."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from tests.cli.wire import exchange
from webpubsub.cli.http_log import shorten_http_log


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """The logger belongs to all tests."""
    logger = logging.getLogger("aiohttp.server")
    kept = list(logger.filters)
    yield
    logger.filters[:] = kept


async def fail(_request: web.Request) -> web.Response:
    """A fault of ours."""
    raise LookupError


@pytest.fixture
async def server() -> AsyncIterator[BaseTestServer]:
    """An HTTP server with one path that fails."""
    app = web.Application()
    app.router.add_get("/fail", fail)
    async with TestServer(app) as running:
        yield running


@pytest.mark.parametrize(
    "request_text",
    [
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Type: a/b\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_one_line(
    server: BaseTestServer, caplog: pytest.LogCaptureFixture, request_text: str
) -> None:
    """A warning that says what was wrong; the client is told with status 400."""
    shorten_http_log()
    assert " 400 " in await exchange(server.port or 0, request_text)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.message.startswith("A client sent what is not HTTP: ")
    assert "\n" not in record.message
    assert record.exc_info is None


async def test_a_fault_of_ours_keeps_its_traceback(
    server: BaseTestServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing else is shortened."""
    shorten_http_log()
    assert " 500 " in await exchange(server.port or 0, "GET /fail HTTP/1.1\r\nHost: x\r\n\r\n")
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert errors
    assert errors[0].exc_info
