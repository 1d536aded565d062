"""A chat room: one function per event, and a page served by the app itself."""

import json
from pathlib import Path

import azure.functions as func

import webpubsub as wps

HUB = "chat"
SYSTEM = "[system]"
#: Who is never let in. Nobody may call themselves what the app's own messages are signed with.
REFUSED = {"attacker", SYSTEM}

#: Who is here: connection id -> user. It lives in this process, which is enough for one instance;
#: an app that scales out keeps it in a database instead.
present: dict[str, str] = {}

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
    """Decide who may come in, before the connection exists."""
    if not request.user_id or request.user_id in REFUSED:
        return wps.EventErrorResponse("unauthorized", "This name is not welcome here.")
    return wps.ConnectEventResponse()


@app.web_pubsub_trigger(hub=HUB, event_type="system", event_name="connected")
@app.web_pubsub_output(arg_name="actions", hub=HUB)
def connected(request: wps.ConnectedEventRequest, actions: func.Out[wps.Actions]) -> None:
    """Announce a newcomer, and tell everyone (the newcomer too) who is here now."""
    user = present[request.connection_id] = request.user_id or ""
    actions.set([announcement(f"{user} joined"), roster()])


@app.web_pubsub_trigger(hub=HUB, event_type="system", event_name="disconnected")
@app.web_pubsub_output(arg_name="actions", hub=HUB)
def disconnected(request: wps.DisconnectedEventRequest, actions: func.Out[wps.Actions]) -> None:
    """Announce that somebody left."""
    present.pop(request.connection_id, None)
    actions.set([announcement(f"{request.user_id} left"), roster()])


@app.web_pubsub_trigger(hub=HUB, event_type="user", event_name="message")
@app.web_pubsub_output(arg_name="actions", hub=HUB)
async def message(
    request: wps.UserEventRequest, actions: func.Out[wps.Actions]
) -> wps.UserEventResponse:
    """Pass a message on to everyone, and tell its sender how many there were so far."""
    count = request.states.get("count", 0) + 1
    actions.set([wps.SendToAllAction(line(request.user_id or "", request.text()))])
    return wps.UserEventResponse(line(SYSTEM, f"message {count}"), states={"count": count})


def announcement(text: str) -> wps.SendToAllAction:
    """Something the app itself has to say."""
    return wps.SendToAllAction(line(SYSTEM, text))


def roster() -> wps.SendToAllAction:
    """Everyone who is here, each once however many windows they have open."""
    return wps.SendToAllAction({"from": SYSTEM, "roster": sorted({*present.values()})})


def line(sender: str, text: str) -> dict[str, str]:
    """One line of the conversation; a dictionary is sent as JSON."""
    return {"from": sender, "text": text}
