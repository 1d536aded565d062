"""Starts the processes of workers: all of them, in any language, through one function.

Specification: functions-python section 8.1.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

_ProtocolT = TypeVar("_ProtocolT", bound=asyncio.BaseProtocol)


class Process:
    """A child process, the leader of a group of its own: Ctrl-C in a terminal does not reach it,
    and what it has started ends with it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    async def wait(self) -> str:
        """Wait for its end, and say how that was."""
        code = await self._process.wait()
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    async def end(self, seconds: float) -> None:
        """Wait so long for its end, then bring it about. No process of the group is left."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._process.wait()
        self.kill()
        await self._process.wait()

    def kill(self) -> None:
        """End it at once, with all that it has started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


async def start_process(
    command: Callable[[int], Sequence[str]],
    protocol: Callable[[], _ProtocolT],
    *,
    directory: Path,
    environment: Mapping[str, str],
) -> tuple[Process, _ProtocolT]:
    """Start a process that talks to us over a socket: ``command`` is its command line, given the
    number of the socket's file descriptor, and ``protocol`` our end.

    Its output goes where ours goes. Raises OSError when it cannot be started.
    """
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *command(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                cwd=directory,
                env=dict(environment),
            )
        loop = asyncio.get_running_loop()
        _, channel = await loop.create_unix_connection(protocol, sock=ours)
    except BaseException:
        ours.close()
        raise
    return Process(process), channel
