"""Servers for Node: one process with ``NODE_ENV=production``, and no compression."""

from benchmarks.contestants import paths
from benchmarks.contestants.contestant import (
    SocketContestant,
    echo_in_group,
    node_package,
    node_version,
)
from benchmarks.load.websockets import Endpoint
from benchmarks.servers import HERE


def node_command(program: str, port: int) -> list[str]:
    """Run a peer by Node as one does in production."""
    return ["env", "NODE_ENV=production", "node", str(HERE / "peers" / program), str(port)]


node_ws = SocketContestant(
    "Node ws",
    command=lambda port: node_command("node_ws.js", port),
    missing=node_package("ws"),
    version=lambda: node_version("ws"),
    member=paths.member,
    publisher=paths.publisher,
    echo=paths.echo,
)


def _client(port: int, group: str, role: str) -> Endpoint:
    return Endpoint(
        port=port,
        path=f"/socket.io/?EIO=4&transport=websocket&{role}={group}",
        say='42["message","{}"]'.format,
        # Engine.IO opens, then Socket.IO has the client enter the main namespace.
        greetings=2,
        opening=("40",),
        answers={b"2": "3"},
    )


def _member(port: int, group: str) -> Endpoint:
    return _client(port, group, "member")


socket_io = SocketContestant(
    "Socket.IO",
    command=lambda port: node_command("socket_io.js", port),
    missing=node_package("socket.io"),
    version=lambda: node_version("socket.io"),
    member=_member,
    publisher=lambda port, group: _client(port, group, "publisher"),
    echo=echo_in_group(_member),
)
