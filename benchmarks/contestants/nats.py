"""NATS with clients that speak its text protocol in binary WebSocket frames.

The server may put several messages into one frame, and a message into two.
"""

import re

from benchmarks.contestants.contestant import (
    SocketContestant,
    echo_in_group,
    executable,
    said_by,
)
from benchmarks.load.frames import BINARY
from benchmarks.load.websockets import Endpoint
from benchmarks.servers import scratch

_CONFIGURATION = """
listen: "127.0.0.1:-1"
websocket {{ listen: "127.0.0.1:{port}", no_tls: true }}
"""
_CONNECT = 'CONNECT {"verbose":false,"pedantic":false,"echo":true}\r\n'


def _command(port: int) -> list[str]:
    configuration = scratch() / "nats.conf"
    configuration.write_text(_CONFIGURATION.format(port=port))
    return ["nats-server", "--config", str(configuration)]


def _client(port: int, group: str, subscribes: str) -> Endpoint:
    return Endpoint(
        port=port,
        path="/",
        say=lambda text: f"PUB {group} {len(text)}\r\n{text}\r\n",
        opcode=BINARY,
        # What it knows of itself, and that it has got as far as the PING.
        greetings=2,
        opening=(f"{_CONNECT}{subscribes}PING\r\n",),
        answers={b"PING\r\n": "PONG\r\n"},
        size_of=lambda text: len(f"MSG {group} 1 {len(text)}\r\n{text}\r\n"),
    )


def _member(port: int, group: str) -> Endpoint:
    return _client(port, group, f"SUB {group} 1\r\n")


nats = SocketContestant(
    "NATS",
    command=_command,
    missing=executable("nats-server", "apt-get install nats-server"),
    version=lambda: _version(said_by("nats-server", "--version")),
    member=_member,
    publisher=lambda port, group: _client(port, group, ""),
    echo=echo_in_group(_member),
)


def _version(said: str) -> str:
    found = re.search(r"[\d.]+", said)
    return found[0] if found else said
