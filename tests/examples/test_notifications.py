"""examples/notifications: its functions called directly, then the app as its clients meet it."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import azure.functions as func
import pytest

from tests.cli.processes import EXAMPLES, StartedApp
from tests.examples.loading import load

FUNCTIONS = ("index", "negotiate", "notification")
KINDS = {"build", "deploy", "order", "review"}


class Out:
    """Keeps what a function sets, as an output binding would."""

    def __init__(self) -> None:
        self.value = ""

    def set(self, value: str) -> None:
        """What ``func.Out`` has."""
        self.value = value


def check(content: Any) -> None:
    """What the page can show: a known kind, a title without holes, a time with a zone."""
    assert content.keys() == {"kind", "title", "time"}
    assert content["kind"] in KINDS
    assert "{" not in content["title"]
    assert datetime.fromisoformat(content["time"]).utcoffset() == timedelta()


def test_the_page_is_served() -> None:
    """It is the file of the app, as HTML."""
    page = load("notifications/index/__init__.py").main(
        func.HttpRequest("GET", "/api/index", body=b"")
    )
    assert page.mimetype == "text/html"
    assert page.get_body() == (EXAMPLES / "notifications" / "index.html").read_bytes()


def test_negotiate_passes_on_what_the_host_made() -> None:
    """Text in, the same text out: the page reads it."""
    connection = '{"baseUrl":"ws://h","url":"ws://h?access_token=t","accessToken":"t"}'
    answer = load("notifications/negotiate/__init__.py").main(
        func.HttpRequest("GET", "/api/negotiate", body=b""), connection
    )
    assert answer.mimetype == "application/json"
    assert answer.get_body().decode() == connection


def test_every_tick_sends_one_notification() -> None:
    """One action for everyone, written by hand as the binding reads it; each kind comes up."""
    module = load("notifications/notification/__init__.py")
    kinds: set[str] = set()
    for _ in range(20):
        actions = Out()
        module.main(None, actions)
        action = json.loads(actions.value)
        assert (action["actionName"], action["dataType"]) == ("sendToAll", "json")
        check(content := json.loads(action["data"]))
        kinds.add(content["kind"])
    assert kinds == KINDS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_needs_more_than_azure_functions(name: str) -> None:
    """The README promises that any such app runs unchanged."""
    folder = EXAMPLES / "notifications" / name
    assert "webpubsub" not in (folder / "__init__.py").read_text(encoding="utf-8")
    types = {
        binding["type"]
        for binding in json.loads((folder / "function.json").read_text(encoding="utf-8"))[
            "bindings"
        ]
    }
    assert types <= {"httpTrigger", "http", "timerTrigger", "webPubSub", "webPubSubConnection"}


async def test_notifications_arrive_by_themselves() -> None:
    """A client that only listens is told of several, each a few seconds after the last."""
    with StartedApp(EXAMPLES / "notifications") as app:
        await asyncio.to_thread(app.wait_until_ready)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{app.url}/negotiate") as answer:
                connection = await answer.json()
            assert connection.keys() == {"baseUrl", "url", "accessToken"}
            async with session.ws_connect(connection["url"]) as client:
                received = [await client.receive_json(timeout=10) for _ in range(2)]
        assert await asyncio.to_thread(app.interrupt) == 0
        assert "Traceback" not in app.output
    for content in received:
        check(content)
    first, second = (datetime.fromisoformat(content["time"]) for content in received)
    assert second - first >= timedelta(seconds=1)
