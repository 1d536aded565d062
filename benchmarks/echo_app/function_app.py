"""Answers every message with itself."""

import webpubsub as wps

app = wps.WebPubSubApp()


@app.web_pubsub_trigger(hub="benchmark", event_type="user", event_name="message")
async def echo(request: wps.UserEventRequest) -> wps.UserEventResponse:
    """The text comes back."""
    return wps.UserEventResponse(request.text(), data_type="text")
