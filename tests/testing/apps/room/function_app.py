"""An app that does a little of everything."""

import asyncio
import json
import logging
import os

import azure.functions as func

import webpubsub as wps

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)
count = 0


@app.route("negotiate")
@app.web_pubsub_connection_input(arg_name="connection", hub="room", user_id="{query.user}")
def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> func.HttpResponse:
    return func.HttpResponse(json.dumps({"url": connection.url}), mimetype="application/json")


@app.route("settings/{name}")
def settings(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(os.environ.get(req.route_params["name"], ""))


@app.route("echo", methods=["POST"])
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(req.get_body(), headers={"x-kind": req.headers["content-type"]})


@app.route("wait")
async def wait(req: func.HttpRequest) -> func.HttpResponse:
    await asyncio.Event().wait()
    return func.HttpResponse("never")


@app.route("count")
def counted(req: func.HttpRequest) -> func.HttpResponse:
    global count
    count += 1
    return func.HttpResponse(str(count))


@app.web_pubsub_trigger(hub="room", event_type="system", event_name="connect")
def connect(request: wps.ConnectEventRequest) -> wps.ConnectEventResponse | wps.EventErrorResponse:
    if request.user_id == "mallory":
        return wps.EventErrorResponse("unauthorized", "not you")
    return wps.ConnectEventResponse(roles=["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"])


@app.web_pubsub_trigger(hub="room", event_type="user", event_name="message")
@app.web_pubsub_output(arg_name="actions", hub="room")
async def message(
    request: wps.UserEventRequest, actions: func.Out[wps.Actions]
) -> wps.UserEventResponse:
    text = request.text()
    logging.getLogger(__name__).info("heard %s", text)
    if text == "boom":
        raise ValueError("it went off")
    if text == "wait":
        await asyncio.Event().wait()
    if text == "nobody":
        actions.set(
            [wps.SendToGroupAction("g", "x"), wps.AddConnectionToGroupAction("nobody", "g")]
        )
    else:
        actions.set([wps.SendToAllAction(f"{request.user_id}: {text}")])
    return wps.UserEventResponse(f"got {text}")


@app.timer_trigger(arg_name="timer", schedule="0 */5 * * * *")
@app.web_pubsub_output(arg_name="actions", hub="room")
def tick(timer: func.TimerRequest, actions: func.Out[wps.Actions]) -> None:
    actions.set([wps.SendToAllAction("tick")])
