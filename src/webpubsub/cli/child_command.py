"""Runs a command of the user's as a shell would: same terminal, same signals, same exit code."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from webpubsub.cli.console import tell_error

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
_FORWARDED = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
#: What a terminal sends to everybody in the foreground by itself.
_OF_TERMINALS = ("SIGINT", "SIGQUIT")
#: Exit codes of shells.
_NOT_FOUND = 127
_NOT_EXECUTABLE = 126
_SIGNALLED = 128


async def run_command(words: Sequence[str], environment: Mapping[str, str], directory: Path) -> int:
    """Run a command in a directory until it ends, and answer its exit code: 128 and the signal that
    ended it, 127 when there is none of that name, 126 when it cannot be executed."""
    try:
        process = await asyncio.create_subprocess_exec(*words, env=dict(environment), cwd=directory)
    except FileNotFoundError:
        tell_error(f"there is no command '{words[0]}'")
        return _NOT_FOUND
    except OSError as problem:
        tell_error(f"'{words[0]}' cannot be executed: {problem.strerror or problem}")
        return _NOT_EXECUTABLE
    with _signals_forwarded(process):
        code = await process.wait()
    return code if code >= 0 else _SIGNALLED - code


@contextmanager
def _signals_forwarded(process: asyncio.subprocess.Process) -> Iterator[None]:
    def forward(number: int, _frame: FrameType | None) -> None:
        if signal.Signals(number).name in _OF_TERMINALS and _is_in_foreground():
            return
        with suppress(ProcessLookupError):
            process.send_signal(number)

    kept = {number: signal.signal(number, forward) for number in _FORWARDED}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def _is_in_foreground() -> bool:
    """Whether Ctrl-C in the terminal reaches this process, and so its children, by itself."""
    if sys.platform == "win32":
        return True
    try:
        with open("/dev/tty", "rb", buffering=0) as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
