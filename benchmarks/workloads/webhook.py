"""Clients whose messages go to an application over HTTP, and come back: round trips per second.

All servers are on the first core: what the service itself needs for an event is part of every
figure.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import ClassVar

from benchmarks.contestants.contestant import OURS
from benchmarks.contestants.express import express_echo
from benchmarks.contestants.flask import flask_echo
from benchmarks.contestants.functions import clients_of, webhook_function
from benchmarks.contestants.ours import simple_client
from benchmarks.contestants.over_http import EventHandler
from benchmarks.load.round_trips import RoundTrips
from benchmarks.load.tokens import connection_string
from benchmarks.ports import free_port
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import HUB, Server, running, service_command
from benchmarks.workloads.echo import together

_OVER_HTTP = "over HTTP"
_IN_PROCESS = "ours in its process"


class Webhook(Workload[EventHandler], frozen=True):
    """Each client has one message under way."""

    name: ClassVar[str] = "webhook"
    clients: int = 64

    @property
    def title(self) -> str:
        """What it is."""
        return f"{self.clients} clients echo through an application behind the service"

    @property
    def notes(self) -> str:
        """What a reader must know."""
        return (
            "The same service sends the events to every application: to our host with a typed "
            "`async def` function, to Express with the official middleware, to Flask. In the "
            "second row ours is the same function in the process of the service, and the others "
            "do the same as in the first."
        )

    @property
    def rows(self) -> Sequence[Row]:
        """Over HTTP as all, and with ours in the process of the service."""
        return [
            Row(
                _OVER_HTTP,
                "round trips/s",
                target="1.5 x Express",
                reached=lambda medians: medians.ratio_at_least(_OVER_HTTP, 1.5, express_echo.name),
            ),
            Row(
                _IN_PROCESS,
                "round trips/s",
                target="5 x Express",
                reached=lambda medians: medians.ratio_at_least(_IN_PROCESS, 5, express_echo.name),
            ),
        ]

    @property
    def contestants(self) -> Sequence[EventHandler]:
        """Who takes part."""
        return (webhook_function, express_echo, flask_echo)

    @asynccontextmanager
    async def ready(self, contestant: EventHandler) -> AsyncIterator[Mapping[str, Slice]]:
        """Both rows."""
        with _behind_service(contestant) as service:
            async with self._clients(service) as over_http:
                if contestant.name != OURS:
                    yield {_OVER_HTTP: over_http.rate, _IN_PROCESS: over_http.rate}
                    return
                with running(contestant.name, clients_of("echo_app")) as app:
                    async with self._clients(app) as in_process:
                        yield {_OVER_HTTP: over_http.rate, _IN_PROCESS: in_process.rate}

    def _clients(self, server: Server) -> AbstractAsyncContextManager[RoundTrips]:
        return together([simple_client(server.port)] * self.clients)


@contextmanager
def _behind_service(contestant: EventHandler) -> Iterator[Server]:
    service_port = free_port()
    environment = f"WebPubSubConnectionString={connection_string(service_port)}"

    def application_command(port: int) -> list[str]:
        return ["env", environment, *contestant.command(port)]

    with running(contestant.name, application_command) as application:
        events = f"{HUB}:message=http://127.0.0.1:{application.port}{contestant.path}"

        def service_with_handler(port: int) -> list[str]:
            return [*service_command(port), "--event-handler", events]

        with running("service", service_with_handler, port=service_port) as service:
            yield service
