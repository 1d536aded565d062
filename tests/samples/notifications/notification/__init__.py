import json

import azure.functions as func

LEVELS = iter(range(1, 1_000_000))


def main(myTimer: func.TimerRequest, actions: func.Out[str]) -> None:  # noqa: N803 - its binding's name
    text = f"level {next(LEVELS)} °C"
    actions.set(json.dumps({"actionName": "sendToAll", "data": text, "dataType": "text"}))
