"""A function of the older style, with nothing but texts."""

import json

import azure.functions as func


def main(data: str, actions: func.Out[str]) -> None:
    actions.set(json.dumps({"actionName": "sendToAll", "data": data[::-1], "dataType": "text"}))
