"""The functions, called directly."""

import asyncio

import azure.functions as func
from function_app import HUB, connect, connected, message

import webpubsub as wps


class Out(func.Out[wps.Actions]):
    """Keeps what a function sets, as an output binding would."""

    def __init__(self) -> None:
        self.value: wps.Actions = []

    def set(self, val: wps.Actions) -> None:
        self.value = val

    def get(self) -> wps.Actions:
        return self.value


def about(event_name: str, user: str | None) -> wps.ConnectionContext:
    kind = wps.EventType.USER if event_name == "message" else wps.EventType.SYSTEM
    return wps.ConnectionContext(
        event_type=kind, event_name=event_name, hub=HUB, connection_id="c1", user_id=user
    )


def test_whoever_has_a_name_is_let_in() -> None:
    request = wps.ConnectEventRequest(connection_context=about("connect", "alice"))
    assert connect(request) == wps.ConnectEventResponse()


def test_whoever_has_none_is_not() -> None:
    request = wps.ConnectEventRequest(connection_context=about("connect", None))
    assert connect(request) == wps.EventErrorResponse("unauthorized", "Please say who you are.")


def test_a_newcomer_is_announced() -> None:
    actions = Out()
    connected(wps.ConnectedEventRequest(connection_context=about("connected", "alice")), actions)
    assert actions.value == [wps.SendToAllAction({"text": "alice has joined"})]


def test_a_message_goes_to_everyone() -> None:
    actions = Out()
    request = wps.UserEventRequest(
        connection_context=about("message", "alice"),
        message=wps.Message(wps.DataType.TEXT, b"hello"),
    )
    asyncio.run(message(request, actions))
    assert actions.value == [wps.SendToAllAction({"from": "alice", "text": "hello"})]
