"""One hub, whose clients are answered."""

import json

import azure.functions as func

import webpubsub as wps

HUB = "main"

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route("negotiate", methods=["GET"])
@app.web_pubsub_connection_input(arg_name="connection", hub=HUB)
def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> func.HttpResponse:
    """The address at which a client can connect, token included."""
    return func.HttpResponse(json.dumps({"url": connection.url}), mimetype="application/json")


@app.web_pubsub_trigger(hub=HUB, event_type="user", event_name="message")
def message(request: wps.UserEventRequest) -> wps.UserEventResponse:
    """Answer what a client says."""
    return wps.UserEventResponse(f"You said: {request.text()}")
