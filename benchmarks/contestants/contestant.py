"""What all contestants have."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version

import msgspec

from benchmarks.load.websockets import Endpoint
from benchmarks.servers import HERE

OURS = "ours"


class Contestant(msgspec.Struct, frozen=True):
    """One that can take part: how it is started on a port, and what it lacks on this machine.

    ``missing`` is empty where nothing is, and else says how to install it.
    """

    name: str
    command: Callable[[int], Sequence[str]]
    missing: Callable[[], str]
    version: Callable[[], str]
    #: A limit is shown beside the peers, and is none of them.
    is_limit: bool = False
    #: One that looks for work all the time is suspended while others are measured.
    polls: bool = False


class SocketContestant(Contestant, frozen=True, kw_only=True):
    """One with WebSocket clients.

    ``member`` and ``publisher`` are told port and group: both can send to it, the first is in it.
    ``echo`` is told the port, and the number of a client that only wants its own messages back.
    """

    member: Callable[[int, str], Endpoint]
    publisher: Callable[[int, str], Endpoint]
    echo: Callable[[int, int], Endpoint]


def never(*_anything: object) -> Endpoint:
    """For what a contestant is not asked to do."""
    raise NotImplementedError


def echo_in_group(
    member: Callable[[int, str], Endpoint],
) -> Callable[[int, int], Endpoint]:
    """An echo by way of a group that has one member."""
    return lambda port, number: member(port, f"echo{number}")


def python_package(name: str) -> Callable[[], str]:
    """Whether a Python package is installed."""
    return lambda: "" if python_version(name) else f"{name}: uv sync --group benchmarks"


def node_package(name: str) -> Callable[[], str]:
    """Whether Node and a package are installed."""

    def missing() -> str:
        if shutil.which("node") is None:
            return "Node is not installed: apt-get install nodejs npm"
        if not (HERE / "node_modules" / name).is_dir():
            return f"{name}: npm install --prefix benchmarks"
        return ""

    return missing


def executable(name: str, how: str) -> Callable[[], str]:
    """Whether a program is on the PATH."""
    return lambda: "" if shutil.which(name) else f"{name} is not on the PATH: {how}"


def python_version(name: str) -> str:
    """The version of a Python package; empty where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def node_version(name: str) -> str:
    """The version of a package for Node."""
    described = msgspec.json.decode((HERE / "node_modules" / name / "package.json").read_bytes())
    return f"{described['version']} on Node {said_by('node', '--version').removeprefix('v')}"


def said_by(*command: str) -> str:
    """What a program says of its version."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()
