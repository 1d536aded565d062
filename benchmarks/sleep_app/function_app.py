"""Answers every message after a millisecond in which it sleeps."""

import time

import webpubsub as wps

app = wps.WebPubSubApp()


@app.web_pubsub_trigger(hub="benchmark", event_type="user", event_name="message")
def sleep(request: wps.UserEventRequest) -> wps.UserEventResponse:
    """The text comes back."""
    time.sleep(0.001)
    return wps.UserEventResponse(request.text(), data_type="text")
