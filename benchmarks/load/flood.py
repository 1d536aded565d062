"""A client that sends without end and never looks at what it is sent.

It is a process of its own, on the core of the load, and yields it to everybody else: so it delays
others in the server alone.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from socket import create_connection

import psutil

from benchmarks.load.websockets import Endpoint

_AT_ONCE = 64
_READ = 1 << 18
_START_SECONDS = 20


@contextmanager
def flooding(endpoint: Endpoint, text: str) -> Iterator[psutil.Process]:
    """Somebody who sends all that the server takes, whenever its process is resumed; it is
    suspended at first, and ended when the block is left."""
    messages = endpoint.frame(text) * _AT_ONCE
    context = get_context("spawn")
    started, starts = context.Pipe(duplex=False)
    arguments = (endpoint.port, endpoint.head, messages, starts)
    process = context.Process(target=flood, args=arguments, daemon=True)
    process.start()
    try:
        if not started.poll(_START_SECONDS):
            raise RuntimeError("the flood has not begun")
        flooder = psutil.Process(process.pid)
        flooder.suspend()
        yield flooder
        if not process.is_alive():
            raise RuntimeError("the flood has run dry")
    finally:
        process.kill()
        process.join()


def flood(port: int, head: bytes, messages: bytes, starts: Connection) -> None:
    """Send the messages again and again, until the process is ended."""
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with create_connection(("127.0.0.1", port)) as client, DefaultSelector() as selector:
        client.sendall(head + messages)
        starts.send(True)
        client.setblocking(False)
        selector.register(client, EVENT_READ | EVENT_WRITE)
        unsent = memoryview(messages)
        while True:
            for _, events in selector.select():
                if events & EVENT_READ and not client.recv(_READ):
                    raise ConnectionError("the server has ended the connection")
                if events & EVENT_WRITE:
                    unsent = unsent[client.send(unsent) :] or memoryview(messages)
