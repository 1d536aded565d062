"""Connection states: what an event costs that brings one along, in one process and over HTTP."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contestants.ours import client_path
from benchmarks.growth.curves import Curve, Panel, Point
from benchmarks.growth.events import event_cost
from benchmarks.growth.study import Study, Tell
from benchmarks.load.websockets import Endpoint
from benchmarks.ports import free_port
from benchmarks.servers import HUB, Server, app_command, running, service_command
from webpubsub.protocol.connection_strings import ConnectionString
from webpubsub.service.settings import DEVELOPMENT_KEY

_SIZES = (0, 64, 256, 1024, 2048, 4096, 8192)
_APP = Path(__file__).with_name("states_app")
_WEBHOOK = "runtime/webhooks/webpubsub"


async def measure(sizes: Sequence[int], seconds: float, tell: Tell) -> Sequence[Panel]:
    """The function reads the state each time. Over HTTP, both processes are counted."""
    with running("ours", lambda port: app_command(_APP, port)) as server:
        here = await _events([server], sizes, seconds, tell)
    with _over_http() as servers:
        webhook = await _events(servers, sizes, seconds, tell)
    return [
        Panel(
            title=f"A message that a function answers, {how}",
            x_label="bytes of the connection's state",
            y_label="µs for each message",
            curves=[Curve("message", points)],
        )
        for how, points in (("in one process", here), ("over HTTP", webhook))
    ]


async def _events(
    servers: Sequence[Server], sizes: Sequence[int], seconds: float, tell: Tell
) -> Sequence[Point]:
    port = servers[0].port
    points = []
    for size in sizes:
        tell(f"{size:,} bytes, {len(servers)} processes")
        endpoint = Endpoint(port=port, path=f"{client_path(port)}&size={size}")
        points.append(Point(size, await event_cost(servers, endpoint, seconds)))
    return points


@contextmanager
def _over_http() -> Iterator[Sequence[Server]]:
    """The service, and the host in a process of its own."""
    service_port = free_port()
    connection = ConnectionString(f"http://127.0.0.1:{service_port}", DEVELOPMENT_KEY)

    def host(port: int) -> Sequence[str]:
        environment = f"WebPubSubConnectionString={connection}"
        return ["env", environment, *app_command(_APP, free_port(), "--port", str(port))]

    with running("host", host) as application:
        events = f"{HUB}=http://127.0.0.1:{application.port}/{_WEBHOOK}"

        def service(port: int) -> Sequence[str]:
            return [*service_command(port), "--event-handler", events]

        with running("service", service, port=service_port) as server:
            yield [server, application]


STUDY = Study("states", "Larger connection states", _SIZES, measure)
