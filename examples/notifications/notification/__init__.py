"""Something happens every few seconds, and everyone who looks is told."""

import json
import random
from datetime import UTC, datetime

import azure.functions as func

HAPPENINGS = [
    ("build", "Build {} of the web shop passed"),
    ("build", "Build {} of the web shop failed"),
    ("deploy", "Release {} is live in Europe"),
    ("order", "Order {} was packed and is on its way"),
    ("review", "Change {} asks for your review"),
]


def main(mytimer: func.TimerRequest, actions: func.Out[str]) -> None:
    kind, title = random.choice(HAPPENINGS)
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
