"""Commands started as a user would: the installed script, in a process of its own."""

import os
import queue
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
#: Generous: the machine may be busy with other tests.
PATIENCE = 30.0

#: Settings of the machine that would reach into the app under test.
_FOREIGN = ("webpubsub", "azurewebjobs", "azurefunctions", "functions_", "python_")
_FOREIGN_NAMES = {"FORCE_COLOR", "CI", "CONTINUOUS_INTEGRATION", "BUILD_NUMBER", "RUN_ID"}


def script() -> str:
    """The installed ``webpubsub`` script."""
    found = shutil.which("webpubsub", path=str(Path(sys.executable).parent))
    assert found, "the webpubsub script is not installed beside this interpreter"
    return found


def free_port() -> int:
    """A port that nobody has, and that nobody will be given.

    The system gives ports from 32768 on to whoever asks for any, so that such a port can be gone
    before the command opens it. These are below, and each process that runs tests has its own.
    """
    for port in _PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("there are always ports left")


def _own_ports() -> Iterator[int]:
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 20
    ports = range(20_000 + 600 * number, 20_000 + 600 * (number + 1))
    return cycle(random.sample(ports, len(ports)))


_PORTS = _own_ports()


#: Words for Python: pytest for the tests of an app, without what is installed here besides.
PYTEST = ("-m", "pytest", "-p", "no:cacheprovider", "-p", "no:schemathesis")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a user who has set nothing but ``extra``."""
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().startswith(_FOREIGN) and name not in _FOREIGN_NAMES
    }
    return {**own, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "120", **(extra or {})}


def run_python(
    *arguments: str | Path, cwd: Path = ROOT, before: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run this interpreter, by the command ``before`` it if there is one, until it ends by
    itself."""
    return subprocess.run(
        [*before, sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )


def run(
    *arguments: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    return subprocess.run(
        [script(), *map(str, arguments)],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Program:
    """A program that runs until it is told to stop."""

    def __init__(
        self, *words: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None
    ) -> None:
        self.output = ""
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._process = subprocess.Popen(
            [*map(str, words)],
            cwd=cwd,
            env=environment(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stdout,), daemon=True
        )
        self._reader.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._lines.put(line)
        self._lines.put(None)

    def wait_for(self, text: str, timeout: float = PATIENCE) -> str:
        """Read on until a line holds ``text``; all that was written until then."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line with {text!r} in time:\n{self.output}") from None
            if line is None:
                raise AssertionError(f"ended without a line with {text!r}:\n{self.output}")
            self.output += line
            if text in line:
                return self.output

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def wait(self, timeout: float = PATIENCE) -> int:
        """Wait for the end; the exit code. ``output`` then holds all that was written."""
        code = self._process.wait(timeout)
        self._reader.join(timeout)
        while (line := self._lines.get(timeout=timeout)) is not None:
            self.output += line
        return code

    def interrupt(self, timeout: float = PATIENCE) -> int:
        """Press Ctrl-C and wait for the end; the exit code."""
        self.send(signal.SIGINT)
        return self.wait(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


class Command(Program):
    """A command of ours that runs until it is told to stop."""

    def __init__(
        self, *arguments: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(script(), *arguments, cwd=cwd, env=env)


class StartedApp(Command):
    """``webpubsub start`` on free ports, ready to serve."""

    def __init__(
        self,
        app: Path,
        *,
        port: int | None = None,
        service_port: int | None = None,
        env: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.port = port or free_port()
        self.service_port = service_port or free_port()
        super().__init__(
            *("start", app, "--port", str(self.port), "--service-port", str(self.service_port)),
            *options,
            env=env,
        )

    @property
    def url(self) -> str:
        """Where the app's HTTP functions are."""
        return f"http://127.0.0.1:{self.port}/api"

    def wait_until_ready(self) -> str:
        """All that was written until the app served."""
        return self.wait_for("Host lock lease acquired by instance ID")
