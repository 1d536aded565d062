"""A client that sends without end and never looks at what it is sent.

It is a process of its own, on the core of the load, and yields it to everybody else: so it delays
others in the server alone.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from socket import create_connection

from benchmarks.load.websockets import Endpoint

_AT_ONCE = 64
_TEXT = "x" * 64
_READ = 1 << 18


@contextmanager
def flooded(endpoint: Endpoint) -> Iterator[None]:
    """Somebody sends all that the server takes, until the block is left."""
    messages = endpoint.frame(_TEXT) * _AT_ONCE
    arguments = (endpoint.port, endpoint.head, messages)
    process = get_context("spawn").Process(target=flood, args=arguments, daemon=True)
    process.start()
    try:
        yield
        if not process.is_alive():
            raise RuntimeError("the flood has run dry")
    finally:
        process.terminate()
        process.join()


def flood(port: int, head: bytes, messages: bytes) -> None:
    """Send the messages again and again, until the process is ended."""
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with create_connection(("127.0.0.1", port)) as client, DefaultSelector() as selector:
        client.sendall(head)
        client.setblocking(False)
        selector.register(client, EVENT_READ | EVENT_WRITE)
        unsent = memoryview(messages)
        while True:
            for _, events in selector.select():
                if events & EVENT_READ and not client.recv(_READ):
                    raise ConnectionError("the server has ended the connection")
                if events & EVENT_WRITE:
                    unsent = unsent[client.send(unsent) :] or memoryview(messages)
