"""``webpubsub service``: started, used and stopped as a user would."""

import asyncio
import signal
import socket

import aiohttp
import pytest

from tests.cli.calls import call
from tests.cli.processes import Command, free_port, run

KEY = "a-key-that-is-long-enough-to-be-accepted"


def test_it_prints_where_it_is_and_stops_on_ctrl_c() -> None:
    """The endpoint and the connection string, then exit code 0."""
    port = free_port()
    with Command("service", "--port", str(port), "--access-key", KEY) as service:
        service.wait_for("Connection string:")
        assert service.interrupt() == 0
        assert f"Web PubSub service: http://127.0.0.1:{port}\n" in service.output
        assert f"Endpoint=http://127.0.0.1:{port};AccessKey={KEY};Version=1.0;" in service.output
        assert "Traceback" not in service.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_clients_get_a_close_frame_when_it_stops(number: signal.Signals) -> None:
    """A client of the URL that client-url prints connects, and is told when the service ends."""
    port = str(free_port())
    with Command("service", "--port", port) as service:
        await asyncio.to_thread(service.wait_for, "Connection string:")
        url = call("client-url", "--hub", "h", "--service-port", port).stdout.strip()
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket_:
            service.send(number)
            message = await socket_.receive(timeout=10)
            assert message.type is aiohttp.WSMsgType.CLOSE
            assert message.data == aiohttp.WSCloseCode.GOING_AWAY
        assert await asyncio.to_thread(service.wait) == 0


def test_the_key_may_come_from_the_environment() -> None:
    """Where other users of the machine do not see it in the list of processes."""
    with Command("service", "--port", str(free_port()), env={"WEBPUBSUB_ACCESS_KEY": KEY}) as it:
        it.wait_for(f"AccessKey={KEY};")
        assert it.interrupt() == 0


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("", "is shorter than 32 bytes"),
        ("tiny-key", "is shorter than 32 bytes"),
        ("x" * 32 + ";", "contains a semicolon"),
        ("x" * 32 + "\x07", "contains a control character"),
        (" " + "x" * 32, "begins or ends with white space"),
    ],
)
def test_a_weak_key_is_refused_with_the_rule(key: str, rule: str) -> None:
    """In one line, which does not repeat the key."""
    done = call("service", "--port", "0", "--access-key", key)
    assert done.returncode == 1
    assert done.stdout == ""
    assert rule in done.stderr
    assert not key or key not in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_busy_port_is_one_line() -> None:
    """It names the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run("service", "--port", port)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert port in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_development_key_on_a_public_address_is_warned_about() -> None:
    """Anybody could sign tokens for it."""
    with Command("service", "--port", str(free_port()), "--address", "0.0.0.0") as service:
        service.wait_for("Connection string:")
        assert service.interrupt() == 0
        assert "warning: the service can be reached from other machines" in service.output
