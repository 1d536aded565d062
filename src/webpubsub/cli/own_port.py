"""A free port for a command that is itself the web server of the events.

Where an event handler's URL holds ``{port}``, a free port takes its place, in the words of the
command as well, and the variable ``PORT`` has it.
"""

import socket
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_PLACEHOLDER = "{port}"
_VARIABLE = "PORT"


class Ported(NamedTuple):
    """Handlers and a command that agree on a port."""

    handlers: Sequence[str]
    words: Sequence[str]
    variables: Mapping[str, str]


def with_own_port(handlers: Sequence[str], words: Sequence[str]) -> Ported:
    """Both with the port that the handlers ask for; as they are if none asks."""
    if not any(_PLACEHOLDER in handler for handler in handlers):
        return Ported(handlers, words, {})
    port = str(free_port())
    handlers, words = (
        [text.replace(_PLACEHOLDER, port) for text in texts] for texts in (handlers, words)
    )
    return Ported(handlers, words, {_VARIABLE: port})


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
