"""The service in a process of its own, with what a test wants to know of it."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, TypeAlias
from urllib.parse import urlsplit

import msgspec
import psutil
import pytest

from tests.load.clients import Client, leave_all
from tests.requirements import ROOT
from webpubsub.service.settings import ServiceSettings

_PATIENCE = 30.0


class Served:
    """A running service: where it listens, what it logs, and how much memory it takes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self._process = psutil.Process(process.pid)
        self.port = urlsplit(process.stdout.readline()).port or 0
        #: Everything after the address.
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, stream: IO[str]) -> None:
        with stream:
            self.log.extend(stream)

    def finish(self) -> None:
        """Read the log to its end."""
        self._reader.join(_PATIENCE)

    @property
    def memory(self) -> int:
        """Resident bytes."""
        return int(self._process.memory_info().rss)

    def count(self, code: str) -> int:
        """How many lines of the log name a refusal."""
        return sum(f" {code}: " in line for line in self.log)

    def settled(self, is_so: Callable[[], bool], seconds: float = _PATIENCE) -> bool:
        """Whether something becomes so in time."""
        deadline = time.monotonic() + seconds
        while not is_so() and time.monotonic() < deadline:
            time.sleep(0.05)
        return is_so()


Serve: TypeAlias = Callable[[ServiceSettings], Served]


@contextmanager
def _served(settings: ServiceSettings) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.load.served", msgspec.json.encode(settings).decode()],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        served = Served(process)
        yield served
        process.send_signal(signal.SIGTERM)
        assert process.wait(_PATIENCE) == 0, "the service stops in time, whoever is still there"
        served.finish()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts the service with settings; it is stopped after the test."""
    with ExitStack() as stack:
        yield lambda settings: stack.enter_context(_served(settings))


@pytest.fixture(autouse=True)
async def everybody_leaves(serve: Serve) -> AsyncIterator[None]:
    """No client outlives its test, nor its service."""
    yield
    await leave_all(tuple(Client.everybody))


@pytest.fixture
def crowd_size() -> int:
    """Ten thousand connections, or as many as this process may open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 11_000 if hard == resource.RLIM_INFINITY else min(11_000, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return min(10_000, max(soft, wanted) - 500)
