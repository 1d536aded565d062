"""The servers under comparison, each in a process of its own on a core of its own."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil
from azure.messaging.webpubsubservice import WebPubSubServiceClient

HERE = Path(__file__).parent
HUB = "benchmark"
GROUP = "room"
JSON = "json.webpubsub.azure.v1"
ROLES = ["webpubsub.sendToGroup", "webpubsub.joinLeaveGroup"]
_START_SECONDS = 60.0


class Endpoint(msgspec.Struct, frozen=True):
    """Where a client connects, which subprotocol it offers, and how it wraps a payload."""

    url: str
    subprotocol: str | None = None
    wrap: Callable[[str], str] = str


class Server(msgspec.Struct, frozen=True):
    """One contestant: its process, and where its clients connect."""

    name: str
    process: psutil.Process
    port: int

    @property
    def memory(self) -> int:
        """Resident bytes of the process and its children."""
        return sum(member.memory_info().rss for member in self._family)

    @property
    def cpu_seconds(self) -> float:
        """What they have spent so far."""
        times = (member.cpu_times() for member in self._family)
        return sum(spent.user + spent.system for spent in times)

    @property
    def _family(self) -> Sequence[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


def installed() -> list[str]:
    """The contestants this machine can run."""
    names = ["webpubsub", "aiohttp"]
    if shutil.which("node") and (HERE / "node_modules/ws").is_dir():
        names.append("Node ws")
    return names


def service_command(port: int) -> list[str]:
    """The service alone, as it serves others: nobody looks at it."""
    return [_script("webpubsub"), "service", "--port", str(port), "--no-dashboard"]


def app_command(app: Path, port: int, *options: str) -> list[str]:
    """A function app with its embedded service; nobody looks at them."""
    return [
        *(_script("webpubsub"), "start", str(app)),
        *("--port", str(free_port()), "--service-port", str(port), "--no-reload", "--no-dashboard"),
        *options,
    ]


def peer_command(name: str, port: int) -> list[str]:
    """A plain server doing the same work."""
    if name == "aiohttp":
        return [sys.executable, str(HERE / "peers/aiohttp_server.py"), str(port)]
    return ["node", str(HERE / "peers/node_ws.js"), str(port)]


@contextmanager
def running(
    name: str, command: Callable[[int], Sequence[str]], *, cores: Sequence[int] = (0,)
) -> Iterator[Server]:
    """A server process on the first core, or on others, ready to accept; ended when the block is
    left."""
    port = free_port()
    process = subprocess.Popen(command(port), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        pin(process.pid, *cores)
        _wait_until_accepting(process, port)
        yield Server(name, psutil.Process(process.pid), port)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        if process.stderr is not None:
            process.stderr.close()


def client_url(port: int, groups: Sequence[str] = ()) -> str:
    """A client access URL of our service, made by the official SDK."""
    key = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH"
    connection_string = f"Endpoint=http://127.0.0.1:{port};AccessKey={key};Version=1.0;"
    with WebPubSubServiceClient.from_connection_string(connection_string, hub=HUB) as client:
        token = client.get_client_access_token(user_id="bench", roles=ROLES, groups=list(groups))
    return str(token["url"])


def pin(pid: int, *cores: int) -> None:
    """Keep a process on some cores, where the system can do that and has two."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(pid, cores)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def run(main: Callable[[], Coroutine[object, object, None]]) -> None:
    """Run a benchmark on the second core."""
    pin(0, 1)
    asyncio.run(main())


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _wait_until_accepting(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            error = process.stderr.read().decode() if process.stderr else ""
            raise RuntimeError(f"the server ended at once: {error}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"the server did not listen within {_START_SECONDS:g} s")
