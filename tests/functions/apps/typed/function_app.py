"""An app with every kind of typed binding, for our worker and the official engine alike."""

import json

import azure.functions as func

import webpubsub as wps

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)
blueprint = wps.Blueprint()


@app.web_pubsub_trigger(hub="chat", event_type="system", event_name="connect")
def connect(
    request: wps.ConnectEventRequest,
) -> wps.ConnectEventResponse | wps.EventErrorResponse | None:
    if request.user_id is None:
        return None
    if request.user_id == "attacker":
        return wps.EventErrorResponse("unauthorized", "no")
    return wps.ConnectEventResponse(
        groups=list(request.claims), subprotocol=request.subprotocols[0], states={"n": 0}
    )


@app.web_pubsub_output(arg_name="actions", hub="chat")
@app.web_pubsub_trigger(hub="chat", event_type="system", event_name="connected")
def connected(request: wps.ConnectedEventRequest, actions: func.Out[wps.Actions]) -> None:
    actions.set(wps.SendToAllAction({"joined": request.user_id, "hub": request.hub}))


@app.web_pubsub_trigger(hub="chat", event_type="system", event_name="disconnected")
@app.web_pubsub_output(arg_name="actions", hub="chat")
def disconnected(request: wps.DisconnectedEventRequest, actions: func.Out[wps.Actions]) -> None:
    if request.reason:
        actions.set([wps.SendToAllAction(request.reason), wps.RemoveUserFromAllGroupsAction("u")])


@app.web_pubsub_output(arg_name="above", hub="chat")
@app.web_pubsub_trigger(hub="chat", event_type="user", event_name="message")
@app.web_pubsub_output(arg_name="below", hub="chat")
async def message(
    request: wps.UserEventRequest,
    context: func.Context,
    above: func.Out[wps.Actions],
    below: func.Out[str],
) -> wps.UserEventResponse:
    count = request.states.get("n", 0) + 1
    above.set([wps.SendToGroupAction("g", request.data)])
    below.set('{"actionName": "closeAllConnections"}')
    return wps.UserEventResponse(f"{context.function_name} {count}", states={"n": count})


@blueprint.web_pubsub_trigger(hub="chat", event_type="user", event_name="broken")
def broken(request: wps.UserEventRequest) -> wps.UserEventResponse:
    raise RuntimeError(request.text())


@blueprint.web_pubsub_trigger(hub="chat", event_type="user", event_name="wrong")
def wrong(request):  # type: ignore[no-untyped-def]
    return request.text()


@app.web_pubsub_trigger(hub="chat", event_type="user", event_name="text")
def text(request: str) -> dict[str, object]:
    return {"data": json.loads(request)["data"].upper(), "dataType": "text"}


@app.generic_output_binding(arg_name="above", type="webPubSub", hub="chat")
@app.web_pubsub_trigger(hub="chat", event_type="user", event_name="mixed")
@app.generic_output_binding(arg_name="below", type="webPubSub", hub="chat")
def mixed(
    request: wps.UserEventRequest, above: func.Out[str], below: func.Out[str]
) -> wps.UserEventResponse:
    below.set(json.dumps(wps.SendToAllAction(request.text())))
    return wps.UserEventResponse(request.text(), states={"a": 1})


@app.generic_trigger(
    arg_name="request",
    type="webPubSubTrigger",
    hub="chat",
    eventType="user",
    eventName="generic",
)
def generic(request: str) -> dict[str, str]:
    return {"data": json.loads(request)["connectionContext"]["origin"], "dataType": "text"}


@app.web_pubsub_trigger(hub="chat", event_type="user", event_name="blob")
def blob(data: bytes) -> wps.UserEventResponse:
    return wps.UserEventResponse(data[::-1])


@app.route("negotiate")
@app.web_pubsub_connection_input(arg_name="connection", hub="chat", user_id="{query.user}")
def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> func.HttpResponse:
    return func.HttpResponse(f"{req.method} {connection.url}", status_code=201)


@app.route("raw")
@app.web_pubsub_connection_input(arg_name="connection", hub="chat")
def raw(req: func.HttpRequest, connection: str) -> func.HttpResponse:
    return func.HttpResponse(connection)


@app.route("webhook", methods=["OPTIONS", "POST"])
@app.web_pubsub_context_input(arg_name="event")
def webhook(req: func.HttpRequest, event: wps.WebPubSubContext) -> func.HttpResponse:
    if event.has_error or event.is_preflight:
        return event.response.to_http_response()
    assert isinstance(event.request, wps.UserEventRequest)
    return func.HttpResponse(event.request.text())


@app.timer_trigger(schedule="0 0 0 1 1 *", arg_name="timer")
@app.web_pubsub_output(arg_name="$return", hub="chat")
def tick(timer: func.TimerRequest) -> wps.Actions:
    return [wps.SendToAllAction({"past_due": timer.past_due})]


app.register_functions(blueprint)
