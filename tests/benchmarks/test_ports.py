"""No two processes that measure start servers on the same port."""

import socket
import subprocess
import sys

from benchmarks.ports import free_port

_MANY = 40
_SCRIPT = f"""
import sys
from benchmarks.ports import free_port
print(*[free_port() for _ in range({_MANY})], flush=True)
sys.stdin.read()
"""


def test_processes_have_ports_of_their_own() -> None:
    """As long as they live."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(3)
    ]
    given = [free_port() for _ in range(_MANY)]
    for process in processes:
        assert process.stdout
        given += map(int, process.stdout.readline().split())
    for process in processes:
        process.communicate(timeout=30)
    assert len(set(given)) == _MANY * 4
    # What the system gives to those who ask for any is for clients.
    assert max(given) < 20_000


def test_a_port_that_is_taken_is_not_given() -> None:
    """Whoever has it."""
    taken = free_port() + 1
    with socket.create_server(("127.0.0.1", taken)):
        assert free_port() != taken
