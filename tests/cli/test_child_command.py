"""A command that is run as a shell runs it. The terminal is tested with the whole command in
``test_exec``."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from webpubsub.cli.child_command import run_command

PYTHON = sys.executable


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("pass", 0),
        ("raise SystemExit(7)", 7),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 128 + signal.SIGKILL),
        ("import os; raise SystemExit(0 if os.environ == {'A': 'b', **os.environ} else 1)", 0),
    ],
)
async def test_the_exit_code_is_that_of_the_command(program: str, code: int) -> None:
    """Signals as shells count them."""
    assert await run_command([PYTHON, "-c", program], {**os.environ, "A": "b"}, Path()) == code


async def test_a_command_has_its_directory(tmp_path: Path) -> None:
    """From which its own path counts, too."""
    (tmp_path / "here").write_text("#!/bin/sh\ntest -f here", encoding="utf-8")
    (tmp_path / "here").chmod(0o755)
    assert await run_command(["./here"], os.environ, tmp_path) == 0


async def test_a_command_that_is_not_there(capfd: pytest.CaptureFixture[str]) -> None:
    """One line, and the code of shells."""
    assert await run_command(["no-such-command-here"], os.environ, Path()) == 127
    assert capfd.readouterr().err == "error: there is no command 'no-such-command-here'\n"


async def test_a_command_that_cannot_be_executed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A file without the permission, for one."""
    (tmp_path / "plain").write_text("text", encoding="utf-8")
    assert await run_command([str(tmp_path / "plain")], os.environ, Path()) == 126
    assert "cannot be executed: Permission denied" in capfd.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
async def test_signals_reach_the_command(number: signal.Signals, tmp_path: Path) -> None:
    """It decides what they mean, and ours are as before afterwards."""
    before = signal.getsignal(number)
    ready = tmp_path / "ready"
    program = (
        "import pathlib, signal, sys, time\n"
        f"signal.signal({number.value}, lambda *_: sys.exit(9))\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        "time.sleep(30)"
    )
    running = asyncio.create_task(run_command([PYTHON, "-c", program], os.environ, Path()))
    async with asyncio.timeout(30):
        while not ready.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        os.kill(os.getpid(), number)
        assert await running == 9
    assert signal.getsignal(number) is before
