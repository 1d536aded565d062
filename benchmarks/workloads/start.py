"""How long a command takes until a client is in, and what the import of the library takes."""

import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

from benchmarks.contestants.contestant import OURS, Contestant
from benchmarks.contestants.ours import ours
from benchmarks.load.meter import Figure
from benchmarks.load.tokens import client_path
from benchmarks.load.websockets import Endpoint
from benchmarks.ports import free_port
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import HERE, app_command, pin, scratch, usual_environment

_START, _IMPORT = "`webpubsub start` to the first client", "`import webpubsub`"
_WANTED = {_START: 800, _IMPORT: 25}
_PATIENCE_SECONDS = 30
_PAUSE_SECONDS = 0.002
_TIMED_IMPORT = """
import time
import azure.functions
started = time.perf_counter()
import webpubsub
webpubsub.WebPubSubApp
print(time.perf_counter() - started)
"""

chat = Contestant(
    OURS,
    command=lambda port: app_command(HERE.parent / "examples/chat", port),
    missing=str,
    version=ours.version,
)


class Start(Workload[Contestant], frozen=True):
    """The app of the first example."""

    name: ClassVar[str] = "start"
    warms_up: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """What it is."""
        return "Start"

    @property
    def notes(self) -> str:
        """What a reader must know."""
        return (
            "The client's token is checked, and a function of `examples/chat` asked, before it is "
            "in. The import is what comes on top of `import azure.functions`, up to the first name "
            "that is used."
        )

    @property
    def rows(self) -> Sequence[Row]:
        """The command, and the import."""
        return [self._row(what, wanted) for what, wanted in _WANTED.items()]

    @property
    def contestants(self) -> Sequence[Contestant]:
        """Ours alone."""
        return (chat,)

    @asynccontextmanager
    async def ready(self, contestant: Contestant) -> AsyncIterator[Mapping[str, Slice]]:
        """Both rows; they take as long as they take, and the first time is not counted."""
        _time_start(contestant)
        yield {
            _START: partial(_timed, partial(_time_start, contestant)),
            _IMPORT: partial(_timed, _time_import),
        }

    @staticmethod
    def _row(what: str, wanted: int) -> Row:
        return Row(
            what,
            "ms",
            higher_is_better=False,
            target=f"{wanted} ms",
            reached=lambda medians: medians.at_most(what, wanted),
        )


async def _timed(time: Callable[[], float], _seconds: float) -> Figure:
    return Figure(time() * 1e3)


def _time_start(contestant: Contestant) -> float:
    port = free_port()
    client = Endpoint(port=port, path=client_path(port, "/client/hubs/chat", "alice"))
    command = contestant.command(port)
    with (scratch() / "stderr").open("wb") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, env=usual_environment()
        )
    pin(process.pid, 0)
    try:
        while not _is_let_in(client):
            if time.perf_counter() - started > _PATIENCE_SECONDS or process.poll() is not None:
                raise RuntimeError("the app has not started")
            time.sleep(_PAUSE_SECONDS)
        return time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(_PATIENCE_SECONDS)


def _is_let_in(client: Endpoint) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", client.port), _PATIENCE_SECONDS) as connection:
            connection.sendall(client.head)
            answer = connection.recv(4096)
    except ConnectionRefusedError:
        return False
    if not answer.startswith(b"HTTP/1.1 101 "):
        raise RuntimeError(f"the client was not let in: {answer[:500]!r}")
    return True


def _time_import() -> float:
    command = [sys.executable, "-c", _TIMED_IMPORT]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=usual_environment()
    )
    return float(done.stdout)
