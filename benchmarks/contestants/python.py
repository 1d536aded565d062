"""Servers for Python, and the plain loop over sockets that none of them can outdo."""

import sys

from benchmarks.contestants import paths
from benchmarks.contestants.contestant import (
    SocketContestant,
    never,
    python_package,
    python_version,
)
from benchmarks.servers import HERE


def python_command(program: str, port: int) -> list[str]:
    """Run a peer by this Python."""
    return [sys.executable, str(HERE / "peers" / program), str(port)]


aiohttp = SocketContestant(
    "aiohttp",
    command=lambda port: python_command("aiohttp_server.py", port),
    missing=python_package("aiohttp"),
    version=lambda: f"{python_version('aiohttp')} on uvloop {python_version('uvloop')}",
    member=paths.member,
    publisher=paths.publisher,
    echo=paths.echo,
)

socketify = SocketContestant(
    "uWebSockets",
    command=lambda port: python_command("socketify_server.py", port),
    missing=python_package("socketify"),
    version=lambda: f"as in socketify {python_version('socketify')}",
    polls=True,
    member=paths.member,
    publisher=paths.publisher,
    echo=paths.echo,
)

picows = SocketContestant(
    "picows",
    command=lambda port: python_command("picows_echo.py", port),
    missing=python_package("picows"),
    version=lambda: f"{python_version('picows')} on uvloop {python_version('uvloop')}",
    member=never,
    publisher=never,
    echo=paths.echo,
)

raw_loop = SocketContestant(
    "raw loop",
    command=lambda port: python_command("raw_loop.py", port),
    missing=str,
    version=lambda: f"Python {sys.version.split()[0]}",
    is_limit=True,
    member=paths.member,
    publisher=paths.publisher,
    echo=never,
)
