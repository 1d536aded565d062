"""The servers under comparison, each in a process of its own on a core of its own."""

import asyncio
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil
import uvloop
from azure.messaging.webpubsubservice import WebPubSubServiceClient

from benchmarks.ports import free_port

HERE = Path(__file__).parent
HUB = "benchmark"
ROLES = ["webpubsub.sendToGroup", "webpubsub.joinLeaveGroup"]
_START_SECONDS = 60.0
#: What makes a server slower, and is set on some machines that build and test.
_UNUSUAL = frozenset({"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"})
_FOLDER = tempfile.TemporaryDirectory(prefix="benchmarks-")


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


#: All that run at this moment.
RUNNING: list[Server] = []


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


@contextmanager
def running(
    name: str,
    command: Callable[[int], Sequence[str]],
    *,
    cores: Sequence[int] = (0,),
    port: int | None = None,
) -> Iterator[Server]:
    """A server process on the first core, or on others, ready to accept at a free port unless one
    is given; ended when the block is left."""
    port = port or free_port()
    with (scratch() / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            command(port), stdout=subprocess.DEVNULL, stderr=errors, env=usual_environment()
        )
    try:
        pin(process.pid, *cores)
        _wait_until_accepting(process, port, Path(errors.name))
        server = Server(name, psutil.Process(process.pid), port)
        RUNNING.append(server)
        try:
            yield server
        finally:
            RUNNING.remove(server)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


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


def scratch() -> Path:
    """A new folder, which is gone when the benchmarks are."""
    return Path(tempfile.mkdtemp(dir=_FOLDER.name))


def usual_environment() -> dict[str, str]:
    """The environment of this process without what its users would not have set."""
    return {name: value for name, value in os.environ.items() if name not in _UNUSUAL}


def run(main: Callable[[], Coroutine[object, object, None]]) -> None:
    """Run a benchmark on the second core, with as many open sockets as the system allows; servers
    inherit that."""
    pin(0, 1)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _wait_until_accepting(process: subprocess.Popen[bytes], port: int, errors: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended at once: {errors.read_text()}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"the server did not listen within {_START_SECONDS:g} s")
