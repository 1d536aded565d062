"""Who checks access tokens: the service, and plain servers that do the same by hand.

The plain ones have no roles, permissions or groups; they know the client of each user, and no more.
"""

from benchmarks.contestants.contestant import (
    OURS,
    node_package,
    node_version,
    python_package,
    python_version,
)
from benchmarks.contestants.functions import ASYNC_DEF, DEF
from benchmarks.contestants.node import node_command
from benchmarks.contestants.ours import ours
from benchmarks.contestants.over_http import Negotiator, TokenContestant
from benchmarks.contestants.python import python_command
from benchmarks.load.tokens import KEY
from benchmarks.servers import HUB, service_command

_API_VERSION = "2024-12-01"

service = TokenContestant(
    OURS,
    command=service_command,
    missing=str,
    version=ours.version,
    client=f"/client/hubs/{HUB}",
    send=f"/api/hubs/{HUB}/users/{{}}/:send?api-version={_API_VERSION}".format,
)


def _aiohttp(port: int) -> list[str]:
    return [*python_command("aiohttp_tokens.py", port), KEY]


def _aiohttp_version() -> str:
    return f"{python_version('aiohttp')}, PyJWT {python_version('pyjwt')}"


aiohttp_tokens = TokenContestant(
    "aiohttp + PyJWT",
    command=_aiohttp,
    missing=python_package("aiohttp"),
    version=_aiohttp_version,
    client="/client",
    send="/users/{}".format,
)

aiohttp_negotiate = Negotiator(
    "aiohttp + PyJWT",
    command=_aiohttp,
    missing=python_package("aiohttp"),
    version=_aiohttp_version,
    paths=dict.fromkeys((DEF, ASYNC_DEF), "/api/negotiate?user="),
)

node_tokens = TokenContestant(
    "Node ws + jsonwebtoken",
    command=lambda port: [*node_command("node_tokens.js", port), KEY],
    missing=node_package("jsonwebtoken"),
    version=lambda: f"{node_version('ws')}, jsonwebtoken {node_version('jsonwebtoken')}",
    client="/client",
    send="/users/{}".format,
)
