"""Gives clients the address at which they connect, from a function of each kind."""

import json

import azure.functions as func

import webpubsub as wps

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route("negotiate", methods=["GET"])
@app.web_pubsub_connection_input(arg_name="connection", hub="benchmark", user_id="{query.user}")
def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> func.HttpResponse:
    """In a thread."""
    return _address(connection)


@app.route("negotiate-async", methods=["GET"])
@app.web_pubsub_connection_input(arg_name="connection", hub="benchmark", user_id="{query.user}")
async def negotiate_async(
    req: func.HttpRequest, connection: wps.WebPubSubConnection
) -> func.HttpResponse:
    """On the event loop."""
    return _address(connection)


def _address(connection: wps.WebPubSubConnection) -> func.HttpResponse:
    return func.HttpResponse(json.dumps({"url": connection.url}), mimetype="application/json")
