"""Web applications behind the service, each started as its users would start it.

The applications are those that the documentation shows. Specification: upstream-events section 12.
"""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest
from azure.messaging.webpubsubservice import WebPubSubServiceClient

from tests.cli.processes import PATIENCE, ROOT, Command, Program, free_port, run
from tests.docs.test_snippets import blocks
from tests.requirements import requires
from webpubsub.protocol.connection_strings import ConnectionString
from webpubsub.service.settings import DEVELOPMENT_KEY

PACKAGES = Path(__file__).parent / "js"
PAGE = ROOT / "docs/how-to/use-any-framework.md"
JSON = "json.webpubsub.azure.v1"

pytestmark = pytest.mark.conformance


def _words(framework: str, port: int) -> list[str]:
    """How an application of this framework is started."""
    return {
        "flask": [sys.executable, "-m", "flask", "--app", "flask_app", "run", "--port", str(port)],
        "fastapi": [sys.executable, "-m", "uvicorn", "fastapi_app:app", "--port", str(port)],
        "express": ["node", "express_app.mjs"],
    }[framework]


class World(NamedTuple):
    """An application, and a service that sends it the events of the hub ``chat``."""

    application: Program
    application_port: int
    service: Command
    port: int

    def url(self, user: str, hub: str = "chat") -> str:
        """Where a client of this user connects."""
        port = str(self.port)
        done = run("client-url", "--hub", hub, "--user", user, "--service-port", port)
        return done.stdout.strip()


@pytest.fixture(
    scope="module",
    params=[
        "flask",
        "fastapi",
        pytest.param("express", marks=requires("node", packages=PACKAGES)),
    ],
)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One for each framework."""
    folder = tmp_path_factory.mktemp(request.param)
    for block in blocks("python", "js"):
        if block.page == PAGE:
            (folder / block.name).write_text(block.text, "utf-8")
    (folder / "node_modules").symlink_to(PACKAGES / "node_modules")
    application_port, port = free_port(), free_port()
    handler = f"chat=http://127.0.0.1:{application_port}/eventhandler"
    elsewhere = f"elsewhere=http://127.0.0.1:{application_port}/nothing-here"
    with ExitStack() as stack:
        application = stack.enter_context(
            Program(
                *_words(request.param, application_port),
                cwd=folder,
                env={"PORT": str(application_port)},
            )
        )
        _wait_for(application_port)
        service = stack.enter_context(
            Command(
                *("service", "--port", str(port)),
                *("--event-handler", handler, "--event-handler", elsewhere),
            )
        )
        service.wait_for("Connection string:")
        yield World(application, application_port, service, port)
        assert service.interrupt() == 0


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on port {port}")


async def test_a_client_comes_talks_and_goes(world: World) -> None:
    """The application accepts it with a group, numbers its messages by the state of the connection,
    and is told when it has come and gone."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(world.url("alice"), protocols=[JSON]) as client,
    ):
        assert (await client.receive_json(timeout=20))["event"] == "connected"
        assert _service(world).group_exists("lobby")
        for number in (1, 2, 3):
            await client.send_json(
                {"type": "event", "event": "message", "dataType": "text", "data": "hello"}
                | {"ackId": number}
            )
            reply = await client.receive_json(timeout=20)
            assert (reply["from"], reply["data"]) == ("server", f"{number}: hello")
            assert await client.receive_json(timeout=20) == {
                "type": "ack",
                "ackId": number,
                "success": True,
            }
    world.application.wait_for("alice connected")
    world.application.wait_for("alice disconnected")


async def test_a_client_is_turned_away(world: World) -> None:
    """With the status of the application's answer."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(world.url("mallory"))
    assert caught.value.status == 401


async def test_an_application_that_does_not_want_events_gets_none(world: World) -> None:
    """It is asked with OPTIONS, and answers with 404 here; the service says so."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(world.url("alice", hub="elsewhere"))
    assert caught.value.status == 500
    said = world.service.wait_for("handshake.connect.failed")
    assert "/nothing-here" in said
    assert "404" in said


@requires("node", packages=PACKAGES)
async def test_the_official_middleware_hears_who_is_in_which_group(tmp_path: Path) -> None:
    """By the flag of the command line, from an application written against the package alone."""
    (tmp_path / "presence.mjs").write_text(PRESENCE, "utf-8")
    (tmp_path / "node_modules").symlink_to(PACKAGES / "node_modules")
    application_port, port = free_port(), free_port()
    handler = f"chat:connect,joined,left=http://127.0.0.1:{application_port}/eventhandler"
    with ExitStack() as stack:
        application = stack.enter_context(
            Program("node", "presence.mjs", cwd=tmp_path, env={"PORT": str(application_port)})
        )
        _wait_for(application_port)
        service = stack.enter_context(
            Command("service", "--port", str(port), "--event-handler", handler)
        )
        service.wait_for("Connection string:")
        url = run("client-url", "--hub", "chat", "--user", "alice", "--service-port", str(port))
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(url.stdout.strip(), protocols=[JSON]) as client,
        ):
            assert (await client.receive_json(timeout=20))["event"] == "connected"
            application.wait_for("alice joined lobby (joined)")
        application.wait_for("alice left lobby (left)")
        assert service.interrupt() == 0


PRESENCE = """
import { WebPubSubEventHandler } from "@azure/web-pubsub-express";
import express from "express";

const tell = (what) => ({ context, group }) =>
  console.log(`${context.userId} ${what} ${group} (${context.eventName})`);
const handler = new WebPubSubEventHandler("chat", {
  path: "/eventhandler",
  handleConnect: (_, response) => response.success({ groups: ["lobby"] }),
  onGroupJoined: tell("joined"),
  onGroupLeft: tell("left"),
});
express().use(handler.getMiddleware()).listen(process.env.PORT, "127.0.0.1");
"""


def _service(world: World) -> WebPubSubServiceClient:
    """The official SDK, with which an application talks to the service."""
    text = str(ConnectionString(f"http://127.0.0.1:{world.port}", DEVELOPMENT_KEY))
    return WebPubSubServiceClient.from_connection_string(text, hub="chat")
