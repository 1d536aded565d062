"""The functions, called directly."""

import json

import azure.functions as func
from function_app import notify

import webpubsub as wps


class Out(func.Out[wps.Actions]):
    """Keeps what a function sets, as an output binding would."""

    def __init__(self) -> None:
        self.value: wps.Actions = []

    def set(self, val: wps.Actions) -> None:
        self.value = val

    def get(self) -> wps.Actions:
        return self.value


def posted(body: bytes) -> func.HttpRequest:
    return func.HttpRequest("POST", "/api/notify", body=body)


def test_what_is_posted_goes_to_everybody() -> None:
    actions = Out()
    assert notify(posted(b"The shop is open."), actions).status_code == 202
    assert "The shop is open." in json.dumps(actions.value)


def test_nothing_is_no_notification() -> None:
    actions = Out()
    assert notify(posted(b" "), actions).status_code == 400
    assert actions.value == []
