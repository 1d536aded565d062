"""Answers every message after a millisecond or so of work that holds the interpreter."""

import webpubsub as wps

app = wps.WebPubSubApp()


@app.web_pubsub_trigger(hub="benchmark", event_type="user", event_name="message")
def compute(request: wps.UserEventRequest) -> wps.UserEventResponse:
    """The text comes back, with a number."""
    total = sum(number * number for number in range(20_000))
    return wps.UserEventResponse(f"{request.text()} {total}", data_type="text")
