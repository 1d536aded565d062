"""What the paths through function apps call: functions that do next to nothing themselves."""

import azure.functions as func

import webpubsub as wps

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route("negotiate", methods=["GET"])
@app.web_pubsub_connection_input(arg_name="connection", hub="echo", user_id="{query.user}")
async def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> str:
    """The address at which this user can connect, token included."""
    return f"{req.params['user']}: {connection.url}"


@app.web_pubsub_trigger(hub="admitted", event_type="system", event_name="connect")
async def connect(request: wps.ConnectEventRequest) -> wps.ConnectEventResponse:
    """Everybody may come in."""
    return wps.ConnectEventResponse(user_id=request.user_id)


@app.web_pubsub_trigger(hub="echo", event_type="user", event_name="message")
async def echo(request: wps.UserEventRequest) -> wps.UserEventResponse:
    """The text comes back."""
    return wps.UserEventResponse(request.text(), data_type="text")
