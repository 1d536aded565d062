"""Processes of workers."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.service.wire import until
from webpubsub.host.workers.processes import start_process

#: Says who it is and what it started, then waits.
PROGRAM = """
import os, signal, socket, subprocess, sys, time
ours = socket.socket(fileno=int(sys.argv[1]))
other = subprocess.Popen(["sleep", "60"])
leads = os.getpgid(0) == os.getpid()
ours.sendall(f"{os.getcwd()} {os.environ['OWN']} {leads} {other.pid}".encode())
if sys.argv[2] == "wait":
    time.sleep(60)
os.kill(other.pid, signal.SIGKILL)
other.wait()
sys.exit(3)
"""


class Ear(asyncio.Protocol):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard = asyncio.get_running_loop().create_future()
        self.transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard.set_result(data.decode().split())

    def close(self) -> None:
        assert self.transport is not None
        self.transport.close()


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody has asked for does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("manner", "ending"), [("leave", "exit code 3"), ("wait", "signal SIGKILL")]
)
async def test_a_process_talks_and_ends_with_all_it_started(
    tmp_path: Path, manner: str, ending: str
) -> None:
    """It is in its own folder, environment and group, and says how it ended."""
    async with asyncio.timeout(30):
        process, ear = await start_process(
            lambda number: [sys.executable, "-c", PROGRAM, str(number), manner],
            Ear,
            directory=tmp_path,
            environment={**os.environ, "OWN": "yes"},
        )
        folder, own, leads, child = await ear.heard
        assert (folder, own, leads) == (str(tmp_path), "yes", "True")
        await process.end(5 if manner == "leave" else 0.05)
        assert await process.wait() == ending
        await until(lambda: not is_alive(int(child)))
        process.kill()  # nothing is left, and that is no error
        ear.close()


async def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    """Is an error of the system."""
    with pytest.raises(FileNotFoundError):
        await start_process(
            lambda _: [str(tmp_path / "gone")], Ear, directory=tmp_path, environment={}
        )
