"""Notifications for everybody who has the page open: from a timer, and from whoever posts one."""

import json
from datetime import UTC, datetime
from pathlib import Path

import azure.functions as func

import webpubsub as wps

HUB = "notifications"

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route("index", methods=["GET"])
def index(req: func.HttpRequest) -> func.HttpResponse:
    """The page."""
    page = Path(__file__).with_name("index.html").read_text(encoding="utf-8")
    return func.HttpResponse(page, mimetype="text/html")


@app.route("negotiate", methods=["GET"])
@app.web_pubsub_connection_input(arg_name="connection", hub=HUB)
def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> func.HttpResponse:
    """The address at which a client can connect, token included."""
    return func.HttpResponse(json.dumps({"url": connection.url}), mimetype="application/json")


@app.route("notify", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@app.web_pubsub_output(arg_name="actions", hub=HUB)
def notify(req: func.HttpRequest, actions: func.Out[wps.Actions]) -> func.HttpResponse:
    """Send the text of a request to everybody."""
    title = req.get_body().decode(errors="replace").strip()
    if not title:
        return func.HttpResponse("The body has to be a text.", status_code=400)
    actions.set([notification(title)])
    return func.HttpResponse(status_code=202)


@app.timer_trigger(schedule="*/10 * * * * *", arg_name="timer")
@app.web_pubsub_output(arg_name="actions", hub=HUB)
def tick(timer: func.TimerRequest, actions: func.Out[wps.Actions]) -> None:
    """Every ten seconds, say so."""
    actions.set([notification("Ten seconds have passed.")])


def notification(title: str) -> wps.SendToAllAction:
    """What the page shows."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return wps.SendToAllAction({"title": title, "time": now})
