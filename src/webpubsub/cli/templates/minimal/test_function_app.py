"""The functions, called directly."""

import json

import azure.functions as func
from function_app import HUB, message, negotiate

import webpubsub as wps


def test_a_client_learns_where_to_connect() -> None:
    connection = wps.WebPubSubConnection(
        url="wss://x/?token", base_url="wss://x/", access_token="token"
    )
    request = func.HttpRequest("GET", "/api/negotiate", body=b"")
    assert json.loads(negotiate(request, connection).get_body()) == {"url": "wss://x/?token"}


def test_a_message_is_answered() -> None:
    context = wps.ConnectionContext(
        event_type=wps.EventType.USER, event_name="message", hub=HUB, connection_id="c1"
    )
    said = wps.Message(wps.DataType.TEXT, b"hello")
    answer = message(wps.UserEventRequest(connection_context=context, message=said))
    assert answer == wps.UserEventResponse("You said: hello")
