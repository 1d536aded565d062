"""Keeps a state as large as the client asks for, and reads it for each message."""

import webpubsub as wps

app = wps.WebPubSubApp()


@app.web_pubsub_trigger(hub="benchmark", event_type="system", event_name="connect")
async def connect(request: wps.ConnectEventRequest) -> wps.ConnectEventResponse:
    """The state."""
    size = int(request.query["size"][0])
    return wps.ConnectEventResponse(states={"text": "x" * size} if size else None)


@app.web_pubsub_trigger(hub="benchmark", event_type="user", event_name="message")
async def message(request: wps.UserEventRequest) -> wps.UserEventResponse:
    """The text comes back, with the size of the state."""
    return wps.UserEventResponse(f"{request.text()} {len(request.states.get('text', ''))}")
