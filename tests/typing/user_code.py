"""Every decorator and every type, used as an app and its tests use them.

Type checkers read this file in strict mode, and Python imports it. ``assert_type`` says what an
editor must know.
"""

from collections.abc import Mapping
from typing import Any, assert_type

import azure.functions as func

import webpubsub as wps

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)
blueprint = wps.Blueprint()


@app.web_pubsub_trigger(
    hub="chat",
    event_type="system",
    event_name="connect",
    connections=["WebPubSubConnectionString"],
    client_protocols="all",
)
def connect(
    request: wps.ConnectEventRequest,
) -> wps.ConnectEventResponse | wps.EventErrorResponse | None:
    assert_type(request.user_id, str | None)
    assert_type(request.connection_context, wps.ConnectionContext)
    if "blocked" in request.query:
        refused: wps.EventResponse = wps.EventErrorResponse("unauthorized", "blocked")
        assert isinstance(refused, wps.EventErrorResponse)
        return refused
    if request.client_certificates:
        certificate = request.client_certificates[0]
        assert_type(certificate, wps.ClientCertificate)
        return None
    return wps.ConnectEventResponse(
        user_id="u",
        groups=["g"],
        roles=["webpubsub.sendToGroup.g"],
        subprotocol=next(iter(request.subprotocols), None),
        states={"visits": 1},
    )


@app.web_pubsub_trigger(hub="chat", event_type="system", event_name="connected")
@app.web_pubsub_output(arg_name="actions", hub="chat", connection="OtherConnection")
def connected(request: wps.ConnectedEventRequest, actions: func.Out[wps.Actions]) -> None:
    actions.set(wps.AddConnectionToGroupAction(request.connection_id, "g"))
    actions.set([wps.SendToAllAction({"joined": request.user_id})])


@blueprint.web_pubsub_trigger(hub="chat", event_type="system", event_name="disconnected")
def disconnected(request: wps.DisconnectedEventRequest) -> None:
    assert_type(request.reason, str | None)


@app.web_pubsub_trigger(hub="%HUB%", event_type="user", event_name="message", arg_name="request")
@app.web_pubsub_output(arg_name="actions", hub="{connectionContext.hub}")
async def message(
    request: wps.UserEventRequest, actions: func.Out[wps.Actions], context: func.Context
) -> wps.UserEventResponse:
    assert_type(request.text(), str)
    assert_type(request.bytes(), bytes)
    assert_type(request.data_type, wps.DataType)
    assert_type(request.message, wps.Message)
    assert_type(request.states, Mapping[str, Any])
    actions.set(every_action())
    return wps.UserEventResponse(request.text(), states={"last": request.text()})


@app.web_pubsub_trigger(hub="chat", event_type="user", event_name="blob")
def blob(data: bytes) -> wps.UserEventResponse:
    return wps.UserEventResponse(data, data_type="binary")


@app.route("negotiate", methods=["GET"])
@app.web_pubsub_connection_input(
    arg_name="connection", hub="chat", user_id="{query.user}", client_protocol="default"
)
def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> func.HttpResponse:
    assert_type(connection.url, str)
    assert_type(connection.base_url, str)
    assert_type(connection.access_token, str)
    return func.HttpResponse(connection.url)


@app.route("webhook", methods=["OPTIONS", "POST"])
@app.web_pubsub_context_input(arg_name="event", connections=["WebPubSubConnectionString"])
def webhook(req: func.HttpRequest, event: wps.WebPubSubContext) -> func.HttpResponse:
    if event.has_error or event.is_preflight:
        assert_type(event.response, wps.SimpleResponse)
        assert_type(event.error_message, str | None)
        return event.response.to_http_response()
    match event.request:
        case wps.UserEventRequest() as request:
            return func.HttpResponse(request.text())
        case wps.PreflightRequest(is_valid=is_valid):
            assert_type(is_valid, bool)
        case wps.EventRequest() as other:
            assert_type(other.hub, str)
        case None:
            pass
    states = {"ce-connectionState": wps.encode_states({"visits": 1})}
    return func.HttpResponse(status_code=204, headers=states)


@app.web_pubsub_trigger(
    hub="things", event_type="system", event_name="connect", client_protocols="mqtt"
)
def thing_connect(
    request: wps.MqttConnectEventRequest,
) -> wps.MqttConnectEventResponse | wps.MqttConnectEventErrorResponse:
    assert_type(request.mqtt, wps.MqttConnectProperties)
    assert_type(request.connection_context.physical_connection_id, str | None)
    if request.mqtt.username is None:
        return wps.MqttConnectEventErrorResponse(135, "who are you?")
    seen = wps.MqttUserProperty("seen", "true")
    return wps.MqttConnectEventResponse(user_id=request.mqtt.username, user_properties=[seen])


@app.web_pubsub_trigger(
    hub="things", event_type="system", event_name="connected", client_protocols="mqtt"
)
def thing_connected(request: wps.MqttConnectedEventRequest) -> None:
    assert_type(request.connection_context.session_id, str | None)


@app.web_pubsub_trigger(
    hub="things", event_type="system", event_name="disconnected", client_protocols="mqtt"
)
def thing_disconnected(request: wps.MqttDisconnectedEventRequest) -> None:
    assert_type(request.mqtt, wps.MqttDisconnectedProperties)
    assert_type(request.mqtt.disconnect_packet, wps.MqttDisconnectPacket | None)


@app.timer_trigger(schedule="0 * * * * *", arg_name="timer")
@app.web_pubsub_output(arg_name="$return", hub="chat")
def tick(timer: func.TimerRequest) -> wps.Actions:
    return [wps.SendToAllAction("tick")]


@wps.typed_bindings
def main(request: wps.UserEventRequest, actions: func.Out[wps.Actions]) -> wps.UserEventResponse:
    return wps.UserEventResponse(request.text())


app.register_functions(blueprint)


def every_action() -> list[wps.Action]:
    """One of each."""
    return [
        wps.SendToAllAction("text", excluded=["c1"]),
        wps.SendToGroupAction("g", {"json": [1, None]}),
        wps.SendToUserAction("u", b"binary"),
        wps.SendToConnectionAction("c1", "1", data_type="json"),
        wps.AddUserToGroupAction("u", "g"),
        wps.RemoveUserFromGroupAction("u", "g"),
        wps.RemoveUserFromAllGroupsAction("u"),
        wps.AddConnectionToGroupAction("c1", "g"),
        wps.RemoveConnectionFromGroupAction("c1", "g"),
        wps.CloseAllConnectionsAction(excluded=["c1"], reason="bye"),
        wps.CloseClientConnectionAction("c1", reason="bye"),
        wps.CloseGroupConnectionsAction("g"),
        wps.GrantPermissionAction("c1", "sendToGroup", target_name="g"),
        wps.RevokePermissionAction("c1", wps.Permission.JOIN_LEAVE_GROUP, target_name="g"),
    ]


class FakeOut(func.Out[wps.Actions]):
    """An output for tests."""

    value: wps.Actions = ()

    def set(self, val: wps.Actions) -> None:
        self.value = val

    def get(self) -> wps.Actions:
        return self.value


async def direct_calls() -> wps.Actions:
    """What a unit test does; to the checker a decorated function is still that function."""
    context = wps.ConnectionContext(
        event_type=wps.EventType.USER, event_name="message", hub="chat", connection_id="c1"
    )
    event: wps.AnyEventRequest = wps.ConnectEventRequest(connection_context=context)
    assert isinstance(event, wps.ConnectEventRequest)
    assert_type(connect(event), wps.ConnectEventResponse | wps.EventErrorResponse | None)
    user_event = wps.UserEventRequest(
        connection_context=context, message=wps.Message(wps.DataType.TEXT, b"hi")
    )
    out = FakeOut()
    answer = main(user_event, out)
    assert_type(answer, wps.UserEventResponse)
    assert answer == {"data": "hi", "dataType": "text"}
    assert_type(blob(b""), wps.UserEventResponse)
    connected(wps.ConnectedEventRequest(connection_context=context), out)
    disconnected(wps.DisconnectedEventRequest(connection_context=context))
    thing = wps.MqttConnectEventRequest(
        connection_context=context, mqtt=wps.MqttConnectProperties(protocol_version=5)
    )
    assert thing_connect(thing) == wps.MqttConnectEventErrorResponse(135, "who are you?")
    connect(thing)
    return out.value


def mistake() -> str:
    """The error of a wrong decorator can be caught."""
    try:
        app.web_pubsub_output(arg_name="actions", hub="not-a-hub")
    except wps.AppMistake as error:
        return error.refusal.kind.code
    return ""
