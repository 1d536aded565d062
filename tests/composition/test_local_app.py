"""Whole apps in one process: every style of function app meets a real service.

Specification: functions-python section 1.
And functions-python sections 2.4, 5.2 and 5.5.
"""

import asyncio
import gc
import json
import logging
import os
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.cli.apps import HOST, write_app
from tests.cli.edges import EDGES, Edge, client_url, started
from tests.service.wire import PATIENCE
from webpubsub.composition.local_app import LocalApp, Place
from webpubsub.host.control import HostState
from webpubsub.host.errors import BrokenApp, HostError

#: As documented for Python today: untyped bindings by their public names.
GENERIC = """
import json
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route(route="negotiate", methods=["GET"])
@app.generic_input_binding(
    arg_name="connection", type="webPubSubConnection", hub="room", userId="{query.user}")
def negotiate(req: func.HttpRequest, connection) -> func.HttpResponse:
    return func.HttpResponse(connection)

@app.generic_trigger(
    arg_name="request", type="webPubSubTrigger", hub="room", eventType="system",
    eventName="connect")
def connect(request) -> str:
    user = json.loads(request)["connectionContext"]["userId"]
    if user == "attacker":
        return {"code": "unauthorized", "errorMessage": "no"}
    return {"roles": ["webpubsub.joinLeaveGroup"], "states": {"count": 0}}

@app.generic_trigger(
    arg_name="request", type="webPubSubTrigger", hub="room", eventType="user",
    eventName="message")
@app.generic_output_binding(arg_name="actions", type="webPubSub", hub="room")
async def message(request: str, actions: func.Out[str]) -> str:
    event = json.loads(request)
    count = event["connectionContext"]["states"]["count"] + 1
    actions.set(json.dumps([{
        "actionName": "sendToAll", "dataType": "json",
        "data": json.dumps({"from": event["connectionContext"]["userId"], "said": event["data"]}),
    }]))
    return {"data": f"{count}", "dataType": "text", "states": {"count": count}}
"""

#: The same with our decorators on some functions and none on others.
MIXED = (
    GENERIC.replace("app = func.FunctionApp(", "import webpubsub as wps\napp = wps.WebPubSubApp(")
    .replace(
        '@app.generic_input_binding(\n    arg_name="connection", type="webPubSubConnection", '
        'hub="room", userId="{query.user}")',
        '@app.web_pubsub_connection_input(arg_name="connection", hub="room", '
        'user_id="{query.user}")',
    )
    .replace("connection) ->", "connection: wps.WebPubSubConnection) ->")
    .replace(
        "func.HttpResponse(connection)", "func.HttpResponse(json.dumps({'url': connection.url}))"
    )
)

V1_CONNECT = """
import json

def main(request):
    if json.loads(request)["connectionContext"]["userId"] == "attacker":
        return {"code": "unauthorized", "errorMessage": "no"}
    return {"roles": ["webpubsub.joinLeaveGroup"], "states": {"count": 0}}
"""

V1_MESSAGE = """
import json
import azure.functions as func

def main(request: str, actions: func.Out[str]):
    event = json.loads(request)
    context = event["connectionContext"]
    count = context["states"]["count"] + 1
    said = {"from": context["userId"], "said": event["data"]}
    actions.set(json.dumps(
        {"actionName": "sendToAll", "dataType": "json", "data": json.dumps(said)}))
    return {"data": f"{count}", "dataType": "text", "states": {"count": count}}
"""

V1: Mapping[str, tuple[str, list[dict[str, Any]]]] = {
    "negotiate": (
        "def main(req, connection):\n    return connection\n",
        [
            {"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous"},
            {"type": "http", "direction": "out", "name": "$return"},
            {
                "type": "webPubSubConnection",
                "direction": "in",
                "name": "connection",
                "hub": "room",
                "userId": "{query.user}",
            },
        ],
    ),
    "connect": (
        V1_CONNECT,
        [
            {
                "type": "webPubSubTrigger",
                "direction": "in",
                "name": "request",
                "hub": "room",
                "eventType": "system",
                "eventName": "connect",
            },
        ],
    ),
    "message": (
        V1_MESSAGE,
        [
            {
                "type": "webPubSubTrigger",
                "direction": "in",
                "name": "request",
                "hub": "room",
                "eventType": "user",
                "eventName": "message",
            },
            {"type": "webPubSub", "direction": "out", "name": "actions", "hub": "room"},
        ],
    ),
}


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app's settings go into the environment; they must not stay there."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


def write_v1(folder: Path) -> Path:
    """The app in the style of one folder and one function.json for each function."""
    (folder / "host.json").write_text(HOST, encoding="utf-8")
    for name, (source, bindings) in V1.items():
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(source, encoding="utf-8")
        document = {"scriptFile": "__init__.py", "bindings": bindings}
        (folder / name / "function.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def app_folder(folder: Path, style: str) -> Path:
    """The app in one of its styles."""
    sources = {"generic": GENERIC, "mixed": MIXED}
    return write_v1(folder) if style == "function.json" else write_app(folder, sources[style])


@EDGES
@pytest.mark.parametrize("style", ["generic", "mixed", "function.json"])
async def test_an_app_of_any_style_runs_as_it_is(tmp_path: Path, style: str, edge: Edge) -> None:
    """Token, connect answer, state, output before reply, and refusal: the same in all of them, with
    functions in a process of their own and over the webhook too."""
    async with edge(app_folder(tmp_path, style)) as app, aiohttp.ClientSession() as session:
        assert [report.error for report in app.host.functions] == [None] * 3
        url = await client_url(session, app, "alice")
        async with session.ws_connect(url) as client:
            for count in ("1", "2"):
                await client.send_str("hello")
                said = json.loads(await client.receive_str(timeout=PATIENCE))
                assert said == {"from": "alice", "said": "hello"}
                assert await client.receive_str(timeout=PATIENCE) == count
        refused = await client_url(session, app, "attacker")
        with pytest.raises(aiohttp.WSServerHandshakeError) as failure:
            await session.ws_connect(refused)
        assert failure.value.status == 401


@EDGES
async def test_roles_of_the_connect_answer_count(tmp_path: Path, edge: Edge) -> None:
    """The generic function gave the role to join, and no other."""
    async with edge(write_app(tmp_path, GENERIC)) as app, aiohttp.ClientSession() as session:
        url = await client_url(session, app, "alice")
        async with session.ws_connect(url, protocols=["json.webpubsub.azure.v1"]) as client:
            await client.receive_json(timeout=PATIENCE)
            await client.send_json({"type": "joinGroup", "group": "g", "ackId": 1})
            assert (await client.receive_json(timeout=PATIENCE))["success"] is True
            await client.send_json({"type": "sendToGroup", "group": "g", "data": 1, "ackId": 2})
            assert (await client.receive_json(timeout=PATIENCE))["error"]["name"] == "Forbidden"


@pytest.mark.parametrize(
    ("place", "host", "expected"),
    [
        ({}, {}, (7071, "127.0.0.1", 8080)),
        ({}, {"LocalHttpPort": 7072, "localhttpaddress": "::1"}, (7072, "::1", 8080)),
        (
            {"port": 7073, "address": "0.0.0.0", "service_port": 81},
            {"LocalHttpPort": 7072, "LocalHttpAddress": "::1"},
            (7073, "0.0.0.0", 81),
        ),
    ],
)
def test_where_an_app_and_its_service_listen(
    tmp_path: Path, place: dict[str, Any], host: dict[str, Any], expected: tuple[int, str, int]
) -> None:
    """The command line is before the settings. Specification: functions-python section 13.1."""
    write_app(tmp_path, GENERIC)
    (tmp_path / "local.settings.json").write_text(json.dumps({"Host": host}), encoding="utf-8")
    app = LocalApp(Place(folder=tmp_path, **place))
    service = app.service.settings
    assert (app.listener.port, app.listener.address, service.port) == expected
    assert service.address == app.listener.address


@pytest.mark.parametrize(
    ("text", "reason"),
    [("x", "Host.LocalHttpPort is 'x'"), ("65536", "Host.LocalHttpPort is '65536'")],
)
def test_a_port_in_the_settings_that_is_none(tmp_path: Path, text: str, reason: str) -> None:
    """The setting is named."""
    write_app(tmp_path, GENERIC)
    settings = {"IsEncrypted": False, "Host": {"LocalHttpPort": text}}
    (tmp_path / "local.settings.json").write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(HostError, match=reason):
        LocalApp(Place(folder=tmp_path))


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "much", "must be a number of bytes"),
        ("WEBSITE_TIME_ZONE", "Nowhere/Land", "Nowhere/Land"),
    ],
)
def test_a_setting_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, reason: str
) -> None:
    """It is named, with what it must be."""
    monkeypatch.setenv(name, text)
    with pytest.raises(HostError, match=reason):
        LocalApp(Place(folder=write_app(tmp_path, GENERIC)))


async def test_a_connection_that_is_no_name_harms_its_function_alone(tmp_path: Path) -> None:
    """And nothing that asks which services the app uses. Specification: bindings section 2.1."""
    source = GENERIC + (
        '@app.timer_trigger(schedule="0 0 1 1 1 *", arg_name="timer")\n'
        '@app.generic_output_binding(arg_name="out", type="webPubSub", hub="room", connection=5)\n'
        "def tick(timer: func.TimerRequest, out: func.Out[str]) -> None: ...\n"
    )
    app = LocalApp(Place(folder=write_app(tmp_path, source), port=0, service_port=0))
    errors = {report.name: report.error for report in await app.inspect() if report.error}
    assert errors == {"tick": "webPubSub 'out': 'connection' must be a string, not 5."}
    assert app.remote_endpoints() == []
    assert list(app.connection_names()) == ["WebPubSubConnectionString"]


async def test_settings_reach_the_http_functions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Origins of other sites, the limit of a body, and the start page."""
    monkeypatch.setenv("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "10")
    monkeypatch.setenv("AzureWebJobsDisableHomepage", "true")
    write_app(tmp_path, GENERIC.replace('methods=["GET"]', 'methods=["GET", "POST"]'))
    host = {"CORS": "https://a.example", "CORSCredentials": True}
    settings = {"IsEncrypted": False, "Host": host}
    (tmp_path / "local.settings.json").write_text(json.dumps(settings), encoding="utf-8")
    async with started(tmp_path) as app, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{app.http.port}"
        origin = {"Origin": "https://a.example"}
        async with session.get(f"{url}/api/negotiate?user=a", headers=origin) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"
            assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        async with session.post(f"{url}/api/negotiate", data=b"x" * 11) as answer:
            assert answer.status == 413
        async with session.get(url) as answer:
            assert (answer.status, await answer.text()) == (204, "")


@pytest.mark.parametrize(
    ("host", "given", "refused"),
    [
        ({"CORS": "*", "CORSCredentials": True}, {}, True),
        ({"CORS": "*", "CORSCredentials": "False"}, {}, False),
        ({"CORS": "*"}, {"cors_credentials": True}, True),
        ({"CORS": "https://a.example"}, {"cors_credentials": True}, False),
        ({"CORS": "*", "CORSCredentials": True}, {"cors": "https://a.example"}, False),
        ({"CORS": "https://a.example", "CORSCredentials": True}, {"cors": "*"}, True),
        ({"CORSCredentials": True}, {}, False),
    ],
)
def test_credentials_are_for_origins_that_are_named(
    tmp_path: Path, host: dict[str, Any], given: dict[str, Any], refused: bool
) -> None:
    """However they are set; an option takes the place of the origins of the settings.

    Specification: functions-python section 5.5.
    """
    write_app(tmp_path, GENERIC)
    settings = {"IsEncrypted": False, "Host": host}
    (tmp_path / "local.settings.json").write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(HostError, match="CORSCredentials") if refused else nullcontext():
        LocalApp(Place(folder=tmp_path, **given))


def test_a_weak_key_for_the_own_service_is_refused(tmp_path: Path) -> None:
    """The rule is told, the key is not."""
    write_app(
        tmp_path,
        GENERIC,
        WebPubSubConnectionString="Endpoint=http://localhost:8080;AccessKey=tiny-key;",
    )
    with pytest.raises(HostError, match="is shorter than 32 bytes") as refused:
        LocalApp(Place(folder=tmp_path))
    assert "tiny-key" not in str(refused.value)


COUNTING = """
import json
import azure.functions as func
import helper
import webpubsub as wps

app = wps.WebPubSubApp()
calls = 0

@app.route(route="negotiate", auth_level=func.AuthLevel.ANONYMOUS)
@app.web_pubsub_connection_input(arg_name="connection", hub="room", user_id="{query.user}")
def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> func.HttpResponse:
    return func.HttpResponse(json.dumps({"url": connection.url}))

@app.web_pubsub_trigger(hub="room", event_type="user", event_name="message")
async def message(request: wps.UserEventRequest) -> wps.UserEventResponse:
    global calls
    calls += 1
    return wps.UserEventResponse(f"{helper.WORD} {calls}")
"""


async def said(client: aiohttp.ClientWebSocketResponse) -> str:
    """What the app answers a client."""
    await client.send_str("hello")
    return await client.receive_str(timeout=PATIENCE)


async def test_clients_stay_while_the_app_is_read_again(tmp_path: Path) -> None:
    """A WebSocket client meets the new code, whose state is new; a broken app changes nothing; and
    host.json takes effect. Specification: functions-python section 8.7."""
    folder = write_app(tmp_path, COUNTING)
    (folder / "helper.py").write_text("WORD = 'old'", encoding="utf-8")
    async with started(folder) as app, aiohttp.ClientSession() as session:
        url = await client_url(session, app, "alice")
        async with session.ws_connect(url) as client:
            assert [await said(client), await said(client)] == ["old 1", "old 2"]
            assert app.listener.heard() == app.service.heard >= 2  # whom HTTP requests hold up
            (folder / "helper.py").write_text("WORD = 'newer'; 1/0", encoding="utf-8")
            with pytest.raises(HostError, match="division by zero") as failure:
                await app.reload()
            assert "helper.py" in (failure.value.traceback or "")
            assert await said(client) == "old 3"
            (folder / "helper.py").write_text("WORD = 'newest'", encoding="utf-8")
            document = {"version": "2.0", "extensions": {"http": {"routePrefix": "v2"}}}
            (folder / "host.json").write_text(json.dumps(document), encoding="utf-8")
            await app.reload()
            assert await said(client) == "newest 1"
        host = f"http://127.0.0.1:{app.http.port}"
        assert (await session.get(f"{host}/api/negotiate?user=bob")).status == 404
        assert (await session.get(f"{host}/v2/negotiate?user=bob")).status == 200


@pytest.mark.parametrize("waits", [True, False])
async def test_a_broken_app_may_be_waited_for(tmp_path: Path, waits: bool) -> None:
    """Its port answers 503 until a change has mended it; else it is closed, and all is over.
    Specification: functions-python section 8.7."""
    folder = write_app(tmp_path, COUNTING)
    app = LocalApp(Place(folder=folder, port=0, service_port=0))
    with pytest.raises(BrokenApp, match="No module named 'helper'"):
        await app.start(waits=waits)
    assert (app.host.state, app.serves_clients) == (HostState.ERROR, False)
    url = f"http://127.0.0.1:{app.listener.port}/api/negotiate?user=alice"
    async with aiohttp.ClientSession() as session:
        if not waits:
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get(url)
            return
        assert (await session.get(url)).status == 503
        (folder / "helper.py").write_text("WORD = 'new'", encoding="utf-8")
        await app.reload()
        assert app.host.last_error is None
        async with session.ws_connect(await client_url(session, app, "alice")) as client:
            assert await said(client) == "new 1"
    await app.stop()


async def test_what_a_reload_cannot_change_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The service has begun with the key that it has."""
    async with started(write_app(tmp_path, GENERIC)) as app:
        own = (
            "Endpoint=http://localhost;AccessKey=a-key-that-is-long-enough-for-anybody;Version=1.0;"
        )
        document = {"version": "2.0", "extensions": {"webPubSub": {"connectionString": own}}}
        (tmp_path / "host.json").write_text(json.dumps(document), encoding="utf-8")
        await app.reload()
    assert "extensions.webPubSub.connectionString has changed" in caplog.text
    assert "a-key" not in caplog.text


LEAVES = """
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route("leave")
def leave(req: func.HttpRequest) -> func.HttpResponse:
    raise SystemExit(3)

@app.route("stay")
def stay(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse()
"""


async def test_a_function_that_exits_has_only_failed(tmp_path: Path) -> None:
    """Specification: functions-python section 8.4."""
    folder = write_app(tmp_path / "app", LEAVES)
    async with started(folder) as app, aiohttp.ClientSession() as session:
        for name, status in (("leave", 500), ("stay", 200)):
            url = f"http://127.0.0.1:{app.http.port}/api/{name}"
            async with session.get(url) as answer:
                assert answer.status == status


#: Functions that somebody calls by hand.
CALLED = """
import azure.functions as func
import webpubsub as wps

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)
seen = []

@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
def tick(timer: func.TimerRequest) -> None:
    seen.append(f"tick {timer.past_due}")

@app.web_pubsub_trigger(hub="room", event_type="user", event_name="message")
def message(request: wps.UserEventRequest) -> None:
    seen.append(f"message {request.text()}")

@app.route("echo")
def echo(req: func.HttpRequest) -> func.HttpResponse:
    seen.append(f"echo {req.method} {req.get_body().decode()}")
    return func.HttpResponse()

@app.route("seen")
def look(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(";".join(sorted(seen)))
"""


async def test_functions_are_called_by_hand_and_the_app_started_anew(tmp_path: Path) -> None:
    """Every kind of trigger has a value for the text. Specification: functions-python section
    5.4."""
    folder = write_app(tmp_path / "app", CALLED)
    async with started(folder) as app, aiohttp.ClientSession() as session:
        base = f"http://127.0.0.1:{app.http.port}"

        async def look() -> str:
            async with session.get(f"{base}/api/seen") as answer:
                return await answer.text()

        for name, text in (("tick", ""), ("message", "hello"), ("echo", "body")):
            address = f"{base}/admin/functions/{name}"
            async with session.post(address, json={"input": text}) as answer:
                assert answer.status == 202
        calls = ""
        for _ in range(1000):
            if (calls := await look()).count(";") == 2:
                break
            await asyncio.sleep(0.01)
        assert calls == "echo POST body;message hello;tick False"
        async with session.post(f"{base}/admin/host/restart") as answer:
            assert answer.status == 200
        assert await look() == ""
        async with session.get(f"{base}/admin/functions") as answer:
            listed = await answer.json()
        assert [one["name"] for one in listed] == ["echo", "look", "message", "tick"]


ASGI = """
import contextlib, os
import azure.functions as func
from fastapi import FastAPI, Request, Response

@contextlib.asynccontextmanager
async def lifespan(web):
    print("web app up")
    yield
    print("web app down")

web = FastAPI(lifespan=lifespan)

@web.get("/items/{name}")
async def item(name: str, q: str = ""):
    return {"name": name, "q": q}

@web.put("/echo")
async def echo(request: Request):
    answer = Response(await request.body(), 201)
    answer.set_cookie("a", "1")
    answer.set_cookie("b", "2")
    return answer

@web.get("/boom")
async def boom():
    raise ValueError("secret")

app = func.AsgiFunctionApp(app=web, http_auth_level=func.AuthLevel.ANONYMOUS)
"""

WSGI = """
import azure.functions as func
from flask import Flask, Response, request

web = Flask(__name__)

@web.get("/items/<name>")
def item(name):
    return {"name": name, "q": request.args.get("q", "")}

@web.put("/echo")
def echo():
    answer = Response(request.get_data(), 201)
    answer.set_cookie("a", "1")
    answer.set_cookie("b", "2")
    return answer

@web.get("/boom")
def boom():
    raise ValueError("secret")

app = func.WsgiFunctionApp(app=web.wsgi_app, http_auth_level=func.AuthLevel.ANONYMOUS)
"""


def _write_web_app(folder: Path, source: str, prefix: str) -> Path:
    write_app(folder, source)
    document = {"version": "2.0", "extensions": {"http": {"routePrefix": prefix}}}
    (folder / "host.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


@pytest.mark.parametrize("source", [ASGI, WSGI], ids=["FastAPI", "Flask"])
async def test_a_whole_web_application_is_a_function(tmp_path: Path, source: str) -> None:
    """Every path that is not the host's is its own. Specification: functions-python section 2.4."""
    folder = _write_web_app(tmp_path / "app", source, "")
    async with started(folder) as app, aiohttp.ClientSession() as session:
        base = f"http://127.0.0.1:{app.http.port}"
        async with session.get(f"{base}/items/a%20b?q=1") as answer:
            assert (answer.status, await answer.json()) == (200, {"name": "a b", "q": "1"})
        async with session.put(f"{base}/echo", data=b"\x00body") as answer:
            assert (answer.status, await answer.read()) == (201, b"\x00body")
            cookies = [one.partition(";")[0] for one in answer.headers.getall("Set-Cookie")]
            assert cookies == ["a=1", "b=2"]
        async with session.get(f"{base}/boom") as answer:
            assert answer.status == 500
            assert "secret" not in await answer.text()
        async with session.get(f"{base}/none") as answer:
            assert answer.status == 404
        async with session.get(f"{base}/admin/host/status") as answer:
            assert (await answer.json())["state"] == "Running"


async def test_a_web_application_below_a_prefix_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is called with the prefix in the path, and so finds nothing."""
    folder = _write_web_app(tmp_path / "app", ASGI, "api")
    async with (
        started(folder) as app,
        aiohttp.ClientSession(f"http://127.0.0.1:{app.http.port}") as session,
        session.get("/api/items/a") as answer,
    ):
        assert (answer.status, await answer.json()) == (404, {"detail": "Not Found"})
    assert "sees paths that begin with '/api'" in caplog.text


async def test_a_web_application_is_told_of_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """When the app is read again too, and once each."""
    folder = _write_web_app(tmp_path / "app", ASGI, "")
    async with started(folder) as app, aiohttp.ClientSession() as session:
        address = f"http://127.0.0.1:{app.http.port}/items/a"
        for _ in range(2):
            async with session.get(address) as answer:
                assert answer.status == 200
            await app.reload()
    gc.collect()
    said = capsys.readouterr().out.splitlines()
    assert sorted(said) == ["web app down"] * 2 + ["web app up"] * 2
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
