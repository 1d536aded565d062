"""How long a command takes until a client is in, and what the import of the library takes."""

import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from statistics import median
from typing import ClassVar

import msgspec

from benchmarks.contestants.contestant import OURS, Contestant
from benchmarks.contestants.ours import ours
from benchmarks.load.meter import Figure
from benchmarks.load.tokens import client_path
from benchmarks.load.websockets import Endpoint
from benchmarks.runs import Row
from benchmarks.servers import HERE, app_command, free_port, pin, scratch, usual_environment

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


class Start(msgspec.Struct, frozen=True):
    """The app of the first example."""

    name: ClassVar[str] = "start"
    imports: int = 9

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
            f"that is used; the median of {self.imports}."
        )

    @property
    def rows(self) -> Sequence[Row]:
        """The command, and the import."""
        return [self._row(what, wanted) for what, wanted in _WANTED.items()]

    @property
    def contestants(self) -> Sequence[Contestant]:
        """Ours alone."""
        return (chat,)

    async def measure(self, contestant: Contestant, seconds: float) -> Mapping[str, Figure]:
        """Both rows; they take as long as they take."""
        _time_start(contestant)
        imports = median(_time_import() for _ in range(self.imports))
        return {_START: Figure(_time_start(contestant) * 1e3), _IMPORT: Figure(imports * 1e3)}

    @staticmethod
    def _row(what: str, wanted: int) -> Row:
        return Row(
            what,
            "ms",
            higher_is_better=False,
            target=f"{wanted} ms",
            reached=lambda medians: medians.at_most(what, wanted),
        )


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
