"""Events from a service in this process and from one elsewhere: the same for the app.

Specification: bindings sections 3 to 6 and 2.8.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.cli.apps import HOST, write_app
from tests.cli.edges import (
    EDGES,
    SERVICE_KEY,
    Edge,
    client_url,
    started,
    started_elsewhere,
)
from webpubsub.protocol.cloud_events import signature

NEGOTIATE = """
import json
import azure.functions as func
import webpubsub as wps

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route("negotiate", methods=["GET"])
@app.web_pubsub_connection_input(arg_name="connection", hub="room", user_id="{query.user}")
def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> func.HttpResponse:
    return func.HttpResponse(json.dumps({"url": connection.url}))
"""

TYPED = (
    NEGOTIATE
    + """
@app.web_pubsub_trigger(hub="room", event_type="system", event_name="connect")
def connect(
    request: wps.ConnectEventRequest,
) -> wps.ConnectEventResponse | wps.EventErrorResponse | None:
    if request.user_id == "attacker":
        return wps.EventErrorResponse("unauthorized", "not you")
    if request.user_id == "broken":
        raise ValueError("a secret")
    if request.user_id == "nobody":
        return None
    assert list(request.query["room"]) == ["r1"], request.query
    assert request.connection_context.signature
    return wps.ConnectEventResponse(
        user_id=request.user_id.upper(), groups=["all"], states={"count": 0, "name": "é"}
    )

@app.web_pubsub_trigger(hub="room", event_type="system", event_name="connected")
@app.web_pubsub_output(arg_name="actions", hub="room")
def connected(request: wps.ConnectedEventRequest, actions: func.Out[wps.Actions]) -> None:
    actions.set(wps.SendToUserAction(request.user_id or "", f"welcome {request.states['name']}"))

@app.web_pubsub_trigger(hub="room", event_type="system", event_name="disconnected")
@app.web_pubsub_output(arg_name="actions", hub="room")
def disconnected(request: wps.DisconnectedEventRequest, actions: func.Out[wps.Actions]) -> None:
    actions.set(wps.SendToGroupAction("all", f"{request.user_id} left: {request.reason}"))

@app.web_pubsub_trigger(hub="room", event_type="user", event_name="say")
async def say(
    request: wps.UserEventRequest,
) -> wps.UserEventResponse | wps.EventErrorResponse | None:
    count = request.states["count"] + 1
    match request.data:
        case "refuse":
            return wps.EventErrorResponse("userError", "no")
        case "raise":
            raise ValueError("a secret")
        case "nothing":
            return None
        case "store":
            return wps.UserEventResponse(states={"count": count})
        case bytes():
            return wps.UserEventResponse(request.data[::-1])
        case dict():
            return wps.UserEventResponse({"got": request.data, "count": count})
    return wps.UserEventResponse(f"{request.user_id} {count}")
"""
)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app's settings go into the environment; they must not stay there."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service tries an event again that was answered with 500; here it does so at once."""
    monkeypatch.setattr("webpubsub.service.webhooks.exchange.RETRY_DELAYS", (0.0, 0.0, 0.0))


async def reply(client: aiohttp.ClientWebSocketResponse, ack: int, **data: Any) -> Any:
    """Say something; what comes back before the ack, and how that fails if it does."""
    await client.send_json({"type": "event", "event": "say", "ackId": ack, **data})
    first = await client.receive_json(timeout=10)
    if first["type"] == "ack":
        return first["success"] or first["error"]["name"]
    acknowledged = await client.receive_json(timeout=10)
    assert (acknowledged["type"], acknowledged["success"]) == ("ack", True)
    return first["data"]


@EDGES
async def test_a_typed_app_cannot_tell(tmp_path: Path, edge: Edge) -> None:
    """Overrides, states, replies of every type, actions and errors."""
    async with edge(write_app(tmp_path, TYPED)) as app, aiohttp.ClientSession() as session:
        assert [report.error for report in app.host.functions] == [None] * 5
        url = await client_url(session, app, "ann") + "&room=r1"
        async with session.ws_connect(url, protocols=["json.webpubsub.azure.v1"]) as client:
            assert (await client.receive_json(timeout=10))["userId"] == "ANN"
            assert (await client.receive_json(timeout=10))["data"] == "welcome é"
            assert await reply(client, 1, data="hi", dataType="text") == "ANN 1"
            assert await reply(client, 2, data="store", dataType="text") is True
            assert await reply(client, 3, data="nothing", dataType="text") is True
            assert await reply(client, 4, data={"a": [1]}) == {"got": {"a": [1]}, "count": 2}
            for ack, text in enumerate(("refuse", "raise"), 5):
                failed = await reply(client, ack, data=text, dataType="text")
                assert failed == "InternalServerError"
            async with session.ws_connect(url) as other:
                assert await other.receive_str(timeout=10) == "welcome é"
                await client.receive_json(timeout=10)
                await other.close(message=b"bye")
            left = await client.receive_json(timeout=10)
            assert left["data"] == "ANN left: bye"


@pytest.mark.parametrize("edge", [started, started_elsewhere], ids=["in-process", "webhook"])
async def test_a_binary_message_arrives_intact(tmp_path: Path, edge: Edge) -> None:
    """Where the event is handed over as it is, and not as text, as to a worker."""
    async with edge(write_app(tmp_path, TYPED)) as app, aiohttp.ClientSession() as session:
        url = await client_url(session, app, "ann") + "&room=r1"
        async with session.ws_connect(url, protocols=["json.webpubsub.azure.v1"]) as client:
            await client.receive_json(timeout=10)
            await client.receive_json(timeout=10)
            assert await reply(client, 1, data="AAH/", dataType="binary") == "/wEA"


@EDGES
@pytest.mark.parametrize(("user", "status"), [("attacker", 401), ("broken", 500), ("nobody", 101)])
async def test_who_may_connect(tmp_path: Path, edge: Edge, user: str, status: int) -> None:
    """The function decides, and when it fails nobody may."""
    async with edge(write_app(tmp_path, TYPED)) as app, aiohttp.ClientSession() as session:
        url = await client_url(session, app, user)
        try:
            async with session.ws_connect(url):
                seen = 101
        except aiohttp.WSServerHandshakeError as failure:
            seen = failure.status
        assert seen == status


CONTEXT_TYPED = (
    NEGOTIATE
    + """
@app.route("events", methods=["POST", "OPTIONS"])
@app.web_pubsub_context_input(arg_name="wpsContext")
def events(req: func.HttpRequest, wpsContext: wps.WebPubSubContext) -> func.HttpResponse:
    if wpsContext.has_error or wpsContext.is_preflight:
        return wpsContext.response.to_http_response()
    request = wpsContext.request
    if isinstance(request, wps.ConnectEventRequest):
        answer = {"userId": f"ctx-{request.user_id}"}
        return func.HttpResponse(json.dumps(answer), mimetype="application/json")
    if isinstance(request, wps.UserEventRequest):
        return func.HttpResponse(f"{request.user_id} {request.text()}", mimetype="text/plain")
    return func.HttpResponse(status_code=204)
"""
)

_BODY = """
    context = json.loads({text})
    if context["hasError"] or context["isPreflight"]:
        response = context["response"]
        headers = {{name: ", ".join(values) for name, values in response["headers"].items()}}
        return func.HttpResponse(
            response["body"], status_code=response["status"], headers=headers)
    request = context["request"]
    about = request["connectionContext"]
    if about["eventName"] == "connect":
        answer = json.dumps({{"userId": "ctx-" + about["userId"]}})
        return func.HttpResponse(answer, mimetype="application/json")
    if about["eventType"] == "User":
        return func.HttpResponse(about["userId"] + " " + request["data"], mimetype="text/plain")
    return func.HttpResponse(status_code=204)
"""

CONTEXT_GENERIC = (
    NEGOTIATE
    + """
@app.route("events", methods=["POST", "OPTIONS"])
@app.generic_input_binding(arg_name="wpsContext", type="webPubSubContext")
def events(req: func.HttpRequest, wpsContext) -> func.HttpResponse:"""
    + _BODY.format(text="wpsContext")
)


def write_v1(folder: Path) -> Path:
    """The context binding and the connection binding in folders with a function.json each."""
    (folder / "host.json").write_text(HOST, encoding="utf-8")
    head = "import json\nimport azure.functions as func\n\n"
    events = head + "def main(req: func.HttpRequest, wpsContext: str) -> func.HttpResponse:"
    http = {"type": "http", "direction": "out", "name": "$return"}
    trigger = {
        "type": "httpTrigger",
        "direction": "in",
        "name": "req",
        "authLevel": "anonymous",
    }
    functions: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
        "events": (
            events + _BODY.format(text="wpsContext"),
            {"methods": ["post", "options"]},
            {"type": "webPubSubContext", "name": "wpsContext"},
        ),
        "negotiate": (
            "def main(req, connection):\n    return connection\n",
            {},
            {
                "type": "webPubSubConnection",
                "name": "connection",
                "hub": "room",
                "userId": "{query.user}",
            },
        ),
    }
    for name, (source, more, binding) in functions.items():
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(source, encoding="utf-8")
        bindings = [trigger | more, http, {"direction": "in", **binding}]
        document = {"scriptFile": "__init__.py", "bindings": bindings}
        (folder / name / "function.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


@pytest.mark.parametrize("style", ["typed", "generic", "function.json"])
async def test_section_6_events_as_requests_of_an_http_function(tmp_path: Path, style: str) -> None:
    """Validation, connect, messages, and what is no event at all."""
    sources = {"typed": CONTEXT_TYPED, "generic": CONTEXT_GENERIC}
    folder = write_v1(tmp_path) if style not in sources else write_app(tmp_path, sources[style])
    async with (
        started_elsewhere(folder, route="events") as app,
        aiohttp.ClientSession() as session,
    ):
        assert [report.error for report in app.host.functions] == [None] * 2
        async with session.ws_connect(await client_url(session, app, "ann")) as client:
            await client.send_str("hello")
            assert await client.receive_str(timeout=10) == "ctx-ann hello"
        url = f"http://localhost:{app.http.port}/api/events"
        async with session.post(url, data=b"x") as answer:
            assert (answer.status, await answer.text()) == (
                400,
                "Invalid Web PubSub upstream request missing required fields in header.",
            )
        async with session.options(url, headers={"WebHook-Request-Origin": "a.example"}) as answer:
            assert (answer.status, "WebHook-Allowed-Origin" in answer.headers) == (400, False)


async def test_strangers_at_the_webhook(tmp_path: Path) -> None:
    """Over the wire, as somebody might try it."""
    async with (
        started_elsewhere(write_app(tmp_path, TYPED)) as app,
        aiohttp.ClientSession() as session,
    ):
        headers = {
            "ce-type": "azure.webpubsub.user.say",
            "ce-eventName": "say",
            "ce-hub": "room",
            "ce-connectionId": "c1",
            "ce-signature": "sha256=" + "0" * 64,
            "Content-Type": "text/plain",
            "WebHook-Request-Origin": "127.0.0.1",
        }
        for changed, status in [
            ({}, 401),
            ({"WebHook-Request-Origin": "evil.example"}, 401),
            ({"ce-hub": "other"}, 404),
        ]:
            async with session.post(app.webhook_url, data=b"x", headers=headers | changed) as got:
                assert (got.status, await got.read()) == (status, b"")
        async with session.get(app.webhook_url) as got:
            assert got.status == 400


SIGNED = {
    "WebHook-Request-Origin": b"127.0.0.1",
    "Content-Type": b"text/plain",
    "ce-type": b"azure.webpubsub.user.say",
    "ce-eventName": b"say",
    "ce-hub": b"room",
    "ce-connectionId": b"c1",
    "ce-signature": signature("c1", [SERVICE_KEY]).encode(),
}
CONNECT = {"ce-type": b"azure.webpubsub.sys.connect", "ce-eventName": b"connect"}
#: Bytes as nobody's library would send them, and what they are answered.
MALFORMED: list[tuple[Mapping[str, bytes], bytes, int]] = [
    ({"ce-hub": b"\xff\xfe"}, b"x", 404),
    ({"ce-hub": b"a" * 5000}, b"x", 404),
    ({"ce-connectionId": b"\xc3\xa9\xff"}, b"x", 401),
    ({"ce-signature": b"sha256=\xff,,, sha256"}, b"x", 401),
    ({"ce-signature": b""}, b"x", 401),
    ({"WebHook-Request-Origin": b"127.0.0.1\xff"}, b"x", 401),
    ({"ce-connectionState": b"%%%"}, b"x", 400),
    ({"ce-connectionState": b"WzFd"}, b"x", 400),
    ({"ce-type": b" "}, b"x", 400),
    ({"CE-HUB": b"room"}, b"x", 400),
    ({"Content-Type": b";;; charset=\xff"}, b"x", 400),
    ({"Content-Type": b"application/x-protobuf"}, b"\x0a", 400),
    (CONNECT, b"[" * 50_000, 400),
    (CONNECT, b'{"claims": {"\\ud800": 5}}', 400),
    (CONNECT, b"\xff", 400),
    (CONNECT | {"ce-subprotocol": b"mqtt", "ce-physicalConnectionId": b"p"}, b"{}", 400),
]


async def test_malformed_requests_at_the_webhook(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each has the answer of its check, and one line in the log that says which it was."""
    async with started_elsewhere(write_app(tmp_path, TYPED)) as app:
        for changed, body, status in MALFORMED:
            caplog.clear()
            assert await sent_raw(app.http.port, {**SIGNED, **changed}, body) == status, (
                changed,
                body,
            )
            (line,) = [one for one in caplog.messages if one.startswith("delivery.")]
            assert "\n" not in line
        assert not [record for record in caplog.records if record.exc_info]


async def sent_raw(port: int, headers: Mapping[str, bytes], body: bytes) -> int:
    """The status that a request of these bytes is answered with."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    fixed = {"Host": b"localhost", "Content-Length": b"%d" % len(body), "Connection": b"close"}
    lines = [name.encode() + b": " + value for name, value in {**headers, **fixed}.items()]
    head = b"\r\n".join([b"POST /runtime/webhooks/webpubsub HTTP/1.1", *lines])
    writer.write(head + b"\r\n\r\n" + body)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return int(answer.split(b" ", 2)[1])


@pytest.fixture
async def platform(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A platform that gives managed identities their tokens, as App Service does."""

    async def token(request: web.Request) -> web.Response:
        expires = int(time.time()) + 3600
        claims = {"aud": request.query["resource"], "exp": expires, "iss": "https://sts.example/"}
        members = {"access_token": jwt.encode(claims, "k" * 32), "expires_on": str(expires)}
        return web.json_response({**members, "resource": "", "token_type": "Bearer"})

    application = web.Application()
    application.router.add_get("/token", token)
    async with TestServer(application, host="127.0.0.1") as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", str(server.make_url("/token")))
        monkeypatch.setenv("IDENTITY_HEADER", "h")
        yield


@pytest.mark.usefixtures("platform")
async def test_section_2_8_an_app_with_an_identity(tmp_path: Path) -> None:
    """URLs for clients come from the service, actions reach it, and its events are believed by
    their origin."""
    settings = {
        "WebPubSubConnectionString__serviceUri": "{endpoint}",
        "WebPubSubConnectionString__credential": "managedidentity",
    }
    async with (
        started_elsewhere(write_app(tmp_path, TYPED), settings=settings) as app,
        aiohttp.ClientSession() as session,
    ):
        url = await client_url(session, app, "ann") + "&room=r1"
        async with session.ws_connect(url) as client:
            assert await client.receive_str(timeout=10) == "welcome é"
