"""Function apps in our host, each started as its users would start it."""

from collections.abc import Callable, Sequence

from benchmarks.contestants.contestant import OURS, Contestant
from benchmarks.contestants.ours import ours
from benchmarks.contestants.over_http import EventHandler, Negotiator
from benchmarks.ports import free_port
from benchmarks.servers import HERE, app_command

DEF, ASYNC_DEF = "def", "async def"


def clients_of(app: str, **settings: str) -> Callable[[int], Sequence[str]]:
    """An app whose clients connect at the port, with these settings."""
    words = ["env", *(f"{name}={value}" for name, value in settings.items())] if settings else []
    return lambda port: [*words, *app_command(HERE / app, port)]


def callers_of(app: str) -> Callable[[int], Sequence[str]]:
    """An app whose HTTP functions are called at the port."""
    return lambda port: app_command(HERE / app, free_port(), "--port", str(port))


negotiate_functions = Negotiator(
    OURS,
    command=callers_of("negotiate_app"),
    missing=str,
    version=ours.version,
    paths={DEF: "/api/negotiate?user=", ASYNC_DEF: "/api/negotiate-async?user="},
)

webhook_function = EventHandler(
    OURS,
    command=callers_of("echo_app"),
    missing=str,
    version=ours.version,
    path="/runtime/webhooks/webpubsub",
)

sleep_function = Contestant(
    OURS, command=clients_of("sleep_app"), missing=str, version=ours.version
)

echo_function = Contestant(OURS, command=clients_of("echo_app"), missing=str, version=ours.version)
