"""Express with the official packages."""

from benchmarks.contestants.contestant import node_package, node_version
from benchmarks.contestants.functions import ASYNC_DEF, DEF
from benchmarks.contestants.node import node_command
from benchmarks.contestants.over_http import EventHandler, Negotiator
from benchmarks.load.tokens import connection_string

_MIDDLEWARE = "@azure/web-pubsub-express"
_SDK = "@azure/web-pubsub"

express_echo = EventHandler(
    "Express",
    command=lambda port: node_command("express_echo.js", port),
    missing=node_package(_MIDDLEWARE),
    version=lambda: f"{node_version('express')}, {_MIDDLEWARE} {node_version(_MIDDLEWARE)}",
    path="/eventhandler",
)

express_negotiate = Negotiator(
    "Express + SDK",
    command=lambda port: [*node_command("express_negotiate.js", port), connection_string(port)],
    missing=node_package(_SDK),
    version=lambda: f"{node_version('express')}, {_SDK} {node_version(_SDK)}",
    paths=dict.fromkeys((DEF, ASYNC_DEF), "/api/negotiate?user="),
)
