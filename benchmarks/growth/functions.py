"""Functions: how long an app with many takes to start, and what an event costs that one of them
answers."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.contestants.ours import JSON, client_path
from benchmarks.growth.curves import Curve, Panel, Point
from benchmarks.growth.events import event_cost
from benchmarks.growth.study import Study, Tell
from benchmarks.load.websockets import Endpoint
from benchmarks.servers import HUB, Server, app_command, running, scratch

_SIZES = (1, 5, 20, 50, 100, 200, 500)
_STARTS = 3
_HEAD = "import webpubsub as wps\n\napp = wps.WebPubSubApp()\n"
_FUNCTION = """

@app.web_pubsub_trigger(hub="{hub}", event_type="user", event_name="event{number}")
async def function{number}(request: wps.UserEventRequest) -> wps.UserEventResponse:
    return wps.UserEventResponse(request.text(), data_type="text")
"""


async def measure(sizes: Sequence[int], seconds: float, tell: Tell) -> Sequence[Panel]:
    """Each number of functions is an app of its own."""
    starts, events = [], []
    for size in sizes:
        tell(f"{size} functions")
        app = _app(size)
        starts.append(Point(size, median(_start(app) for _ in range(_STARTS))))
        with running("ours", partial(app_command, app)) as server:
            endpoint = _asking(server, size - 1)
            events.append(Point(size, await event_cost([server], endpoint, seconds)))
    x_label = "functions of the app"
    return [
        Panel(
            title="Starting the app",
            x_label=x_label,
            y_label="seconds until a client can connect",
            curves=[Curve("start", starts)],
        ),
        Panel(
            title="An event that the last function answers",
            x_label=x_label,
            y_label="µs for each event",
            curves=[Curve("event", events)],
        ),
    ]


def _app(functions: int) -> Path:
    folder = scratch()
    code = [_FUNCTION.format(hub=HUB, number=number) for number in range(functions)]
    (folder / "function_app.py").write_text("".join((_HEAD, *code)), encoding="utf-8")
    (folder / "host.json").write_text('{"version": "2.0"}', encoding="utf-8")
    return folder


def _start(app: Path) -> float:
    with running("ours", partial(app_command, app)) as server:
        return server.cpu_seconds


def _asking(server: Server, number: int) -> Endpoint:
    event = f'{{{{"type":"event","event":"event{number}","dataType":"text","data":"{{}}"}}}}'
    return Endpoint(
        port=server.port,
        path=client_path(server.port),
        subprotocol=JSON,
        say=event.format,
        greetings=1,
    )


STUDY = Study("functions", "More functions", _SIZES, measure)
