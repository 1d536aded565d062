"""A chat room, and the page that shows it."""

import json
from pathlib import Path

import azure.functions as func

import webpubsub as wps

HUB = "chat"

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route("index", methods=["GET"])
def index(req: func.HttpRequest) -> func.HttpResponse:
    """The page."""
    page = Path(__file__).with_name("index.html").read_text(encoding="utf-8")
    return func.HttpResponse(page, mimetype="text/html")


@app.route("negotiate", methods=["GET"])
@app.web_pubsub_connection_input(arg_name="connection", hub=HUB, user_id="{query.user}")
def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> func.HttpResponse:
    """The address at which this user can connect, token included."""
    return func.HttpResponse(json.dumps({"url": connection.url}), mimetype="application/json")


@app.web_pubsub_trigger(hub=HUB, event_type="system", event_name="connect")
def connect(
    request: wps.ConnectEventRequest,
) -> wps.ConnectEventResponse | wps.EventErrorResponse:
    """Let in whoever has a name."""
    if not request.user_id:
        return wps.EventErrorResponse("unauthorized", "Please say who you are.")
    return wps.ConnectEventResponse()


@app.web_pubsub_trigger(hub=HUB, event_type="system", event_name="connected")
@app.web_pubsub_output(arg_name="actions", hub=HUB)
def connected(request: wps.ConnectedEventRequest, actions: func.Out[wps.Actions]) -> None:
    """Announce a newcomer."""
    actions.set([notice(f"{request.user_id} has joined")])


@app.web_pubsub_trigger(hub=HUB, event_type="system", event_name="disconnected")
@app.web_pubsub_output(arg_name="actions", hub=HUB)
def disconnected(request: wps.DisconnectedEventRequest, actions: func.Out[wps.Actions]) -> None:
    """Announce that somebody has left."""
    actions.set([notice(f"{request.user_id} has left")])


@app.web_pubsub_trigger(hub=HUB, event_type="user", event_name="message")
@app.web_pubsub_output(arg_name="actions", hub=HUB)
async def message(request: wps.UserEventRequest, actions: func.Out[wps.Actions]) -> None:
    """Pass a message on to everyone."""
    actions.set([wps.SendToAllAction({"from": request.user_id, "text": request.text()})])


def notice(text: str) -> wps.SendToAllAction:
    """Something the room itself has to say."""
    return wps.SendToAllAction({"text": text})
