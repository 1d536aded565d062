"""The function app behind the service, as the page shows it, and what happens in it."""

import os
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.cli.apps import ECHO, HALF, write_app
from webpubsub.composition.local_app import LocalApp, Place
from webpubsub.dashboard.app_view import AppView
from webpubsub.dashboard.connection_users import ConnectionUsers
from webpubsub.dashboard.dashboard import Dashboard
from webpubsub.dashboard.lines.line import line
from webpubsub.dashboard.state import state


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app's settings go into the environment of the process."""
    monkeypatch.setattr(os, "environ", dict(os.environ))


def _view(app: LocalApp) -> AppView:
    return AppView(app.host, app.point, "app")


async def test_functions_and_their_bindings(tmp_path: Path) -> None:
    """And which events go to which of them."""
    write_app(tmp_path, ECHO)
    app = LocalApp(Place(folder=tmp_path, port=0, service_port=0))
    view = _view(app)
    await app.start()
    try:
        message, negotiate = view.functions()
        assert (message.name, message.trigger) == ("message", "webPubSubTrigger")
        assert negotiate.bindings[0].direction == "in"
        assert any("hub echo" in one.what for one in message.bindings)
        assert view.functions_by_hub() == {"echo": [("message", "function message")]}
        [hub] = state(app.service, view, 0)["hubs"]
        assert (hub.name, hub.routes) == ("echo", [("message", "function message")])
        assert view.overview()["functions"] == 2
        assert negotiate.url == f"http://localhost:{app.http.port}/api/negotiate"
        assert (message.url, view.overview()["pages"]) == ("", [])
    finally:
        await app.stop()


PAGES = """
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route("index")
def index(req: func.HttpRequest) -> str: ...


@app.route("items/{id}")
def item(req: func.HttpRequest) -> str: ...


@app.route("order", methods=["POST"])
def order(req: func.HttpRequest) -> str: ...


@app.route("about", methods=["GET", "POST"])
def about(req: func.HttpRequest) -> str: ...


@app.generic_input_binding("connection", type="webPubSubConnection", hub="chat")
@app.route("negotiate")
def negotiate(req: func.HttpRequest, connection: str) -> str: ...
"""


async def test_pages_to_open(tmp_path: Path) -> None:
    """Those that a browser can ask for, and that are not for programs."""
    write_app(tmp_path, PAGES)
    app = LocalApp(Place(folder=tmp_path, port=0, service_port=0))
    await app.start()
    try:
        base = f"http://localhost:{app.http.port}/api"
        assert _view(app).overview()["pages"] == [f"{base}/about", f"{base}/index"]
        shown = {one.name: (one.url, one.methods) for one in _view(app).functions()}
        assert shown["item"] == (f"{base}/items/{{id}}", ())
        assert shown["order"] == (f"{base}/order", ("POST",))
    finally:
        await app.stop()


async def test_a_function_in_error_says_why(tmp_path: Path) -> None:
    """And gets no events."""
    write_app(tmp_path, HALF)
    app = LocalApp(Place(folder=tmp_path, port=0, service_port=0))
    await app.start()
    try:
        bad, good = _view(app).functions()
        assert "tubeTrigger" in bad.problem
        assert good.problem == ""
        assert _view(app).overview()["broken"] == 1
    finally:
        await app.stop()


async def test_one_message_is_followed_through_the_app(tmp_path: Path) -> None:
    """From the frame of the client through the event and the function to the reply: one flow."""
    said = 'print("handled", text, flush=True)'
    assert said in ECHO
    write_app(tmp_path, ECHO.replace(said, 'import logging; logging.warning("handled %s", text)'))
    app = LocalApp(Place(folder=tmp_path, port=0, service_port=0))
    dashboard = Dashboard(app.service)
    dashboard.watch(_view(app))
    await app.start()
    try:
        async with ClientSession() as http:
            url = await _negotiated(http, app)
            async with http.ws_connect(url) as socket:
                await socket.send_str("hello")
                assert await socket.receive_str(timeout=10) == "hello"
    finally:
        await app.stop()
        dashboard.close()
    lines = [line(one, ConnectionUsers()) for one in dashboard._recorder.after(0, 1000)]
    [request] = [one for one in lines if one.kind == "request"]
    flow = [one for one in lines if one.flow == request.flow]
    titles = [one.title for one in flow]
    assert titles[:3] == ["Send event message", "Event message", "Function message"]
    assert titles[-4:] == [
        "Function message has returned",
        "Answer to message",
        "Delivered to 1 connection",
        "Sent to connection",
    ]
    assert any(one.kind == "log" and "handled hello" in one.text for one in flow)
    spans = {one.title: one.span for one in flow}
    assert spans["Event message"] == spans["Answer to message"] != spans["Function message"]


async def _negotiated(http: ClientSession, app: LocalApp) -> str:
    address = f"http://127.0.0.1:{app.http.port}/api/negotiate?user=alice"
    async with http.get(address) as answer:
        return await answer.text()
