"""The program of a worker process: what it does is seen in test_process_worker.

Specification: functions-python sections 8.3 and 8.7.
"""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterable
from threading import Thread

import pytest

from webpubsub.host.current_invocation import CurrentInvocation, current_invocation
from webpubsub.host.python.child import Child, ForwardingHandler
from webpubsub.host.workers.worker_channel import Channel
from webpubsub.host.workers.worker_messages import Logged, Printed, ToHost


def test_a_record_is_sent_with_its_invocation() -> None:
    """One outside of invocations has none; text that cannot travel is escaped."""
    sent: list[ToHost] = []
    handler = ForwardingHandler(sent.append)
    record = logging.LogRecord("a", logging.INFO, "", 0, "half %s", ("\ud800",), None)
    handler.emit(record)
    token = current_invocation.set(CurrentInvocation("id", "fn"))
    handler.emit(record)
    current_invocation.reset(token)
    first, second = sent
    assert isinstance(first, Logged)
    assert isinstance(second, Logged)
    assert (first.message, first.invocation_id, first.level) == ("half \\ud800", "", 20)
    assert (second.invocation_id, second.function_name) == ("id", "fn")


def test_a_record_that_cannot_be_made_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """Python tells the user which call of logging it was."""
    handler = ForwardingHandler(lambda _: None)
    handler.handle(logging.LogRecord("a", logging.INFO, "", 0, "%d", ("no number",), None))
    assert "no number" in capsys.readouterr().err


class Wire(asyncio.Transport):
    """From a child to what keeps all that it says."""

    def __init__(self) -> None:
        self.heard: list[ToHost] = []
        self._host: Channel[ToHost] = Channel(ToHost, self.heard.append, lambda: None)

    def writelines(self, data: Iterable[bytes | bytearray | memoryview]) -> None:
        self._host.data_received(b"".join(data))


async def test_what_is_said_first_is_heard_first() -> None:
    """By whichever thread, although the event loop has had no turn in between."""
    child, wire = Child(lambda: None), Wire()
    child.channel.connection_made(wire)
    first, second, third = (Printed(text=word) for word in "123")
    thread = Thread(target=child.send, args=[first])
    thread.start()
    thread.join()
    child.send(second)
    assert wire.heard == [first, second]
    await asyncio.to_thread(child.send, third)
    await asyncio.sleep(0)
    assert wire.heard == [first, second, third]


def test_a_child_ends_when_its_host_is_gone() -> None:
    """It is not left behind."""
    program = (
        "import os, socket, subprocess, sys\n"
        "ours, theirs = socket.socketpair()\n"
        "child = subprocess.Popen([sys.executable, '-P', '-m', 'webpubsub.host.python.child',"
        " str(theirs.fileno())], pass_fds=[theirs.fileno()])\n"
        "theirs.close(); ours.close()\n"
        "sys.exit(child.wait(20))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], timeout=60, check=False)
    assert done.returncode == 0
