"""Lets everybody in."""

import webpubsub as wps

app = wps.WebPubSubApp()


@app.web_pubsub_trigger(hub="benchmark", event_type="system", event_name="connect")
async def connect(request: wps.ConnectEventRequest) -> wps.ConnectEventResponse:
    """As the user its token names."""
    return wps.ConnectEventResponse(user_id=request.user_id)
