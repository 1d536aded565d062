"""How a process that has run functions ends. Specification: functions-python section 8.7."""

import subprocess
import sys

import pytest

PROGRAM = """
import atexit, threading
from webpubsub.host.workers.leaving import leave_threads_behind
atexit.register(print, "registered")
{}
leave_threads_behind()
print("went on")
"""


@pytest.mark.parametrize(
    ("thread", "output"),
    [
        ("", "went on\nregistered\n"),
        ("threading.Thread(target=threading.Event().wait).start()", "registered\n"),
        (
            "threading.Thread(target=threading.Event().wait, daemon=True).start()",
            "went on\nregistered\n",
        ),
    ],
)
def test_a_thread_does_not_hold_up_the_end(thread: str, output: str) -> None:
    """What was registered for the end runs in any case, once."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(thread)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert run.stdout == output


def test_the_exit_code_is_kept() -> None:
    """Although the interpreter does not end by itself."""
    program = PROGRAM.format("threading.Thread(target=threading.Event().wait).start()")
    program = program.replace("behind()\n", "behind(3)\n")
    run = subprocess.run([sys.executable, "-c", program], timeout=30, check=False)
    assert run.returncode == 3
