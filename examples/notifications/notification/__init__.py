"""Something happens every few seconds, and everyone who looks is told."""

import json
import random
from datetime import UTC, datetime
from itertools import cycle

import azure.functions as func

HAPPENINGS = cycle(
    [
        ("build", "Build {} of the web shop passed"),
        ("build", "Build {} of the web shop failed: 2 tests"),
        ("deploy", "Release {} is live in Europe"),
        ("order", "Order {} was packed and is on its way"),
        ("review", "Change {} asks for your review"),
    ]
)


def main(mytimer: func.TimerRequest, actions: func.Out[str]) -> None:
    kind, title = next(HAPPENINGS)
    notification = {
        "kind": kind,
        "title": title.format(random.randint(1000, 9999)),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    actions.set(
        json.dumps(
            {"actionName": "sendToAll", "dataType": "json", "data": json.dumps(notification)}
        )
    )
