"""The Flask peer: the events of the service come over HTTP, and each message goes back."""

from flask import Flask, Response, request

app = Flask(__name__)


@app.route("/eventhandler", methods=["OPTIONS"])
def allow() -> Response:
    """Any service may send events here."""
    return Response(headers={"WebHook-Allowed-Origin": "*"})


@app.post("/eventhandler")
def handle() -> Response:
    """The text comes back."""
    return Response(request.get_data(), mimetype="text/plain")
