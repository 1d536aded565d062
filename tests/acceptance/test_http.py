"""Requests, routes, keys and expressions.

Specification: functions-python section 22, checks 14 to 18.
And functions-python sections 5.1, 5.2, 5.3, 5.4, 8.4 and 9.
"""

import asyncio
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import jwt
import pytest

from tests.acceptance.serving import HEAD, Served, script, served, values, written
from webpubsub.host.keys.model import Scope, ScopeKind

ROUTES = """
def answers(name, **route):
    @app.function_name(name)
    @app.route(**route)
    def function(req: func.HttpRequest) -> func.HttpResponse:
        shown = f"{name} {dict(req.route_params)} {dict(req.params)}"
        return func.HttpResponse(shown.replace("'", ""))

answers("b_one", route="ping")
answers("c_get", route="items/{id:int?}", methods=["GET"])
answers("d_rest", route="files/{*path}")
"""
CATCH_ALL = 'answers("a_all", route="{*rest}")\n'


async def test_check_14_routes(tmp_path: Path) -> None:
    """functions-python section 22, check 14."""
    async with served(script(tmp_path / "all", ROUTES + CATCH_ALL)) as app:
        assert await app.ask("/api/ping") == (200, "a_all {rest: ping} {}")
    async with served(script(tmp_path / "some", ROUTES)) as app:
        assert await app.ask("/api/ping?a=1&b=&a=2") == (200, "b_one {} {a: 1,2}")
        assert await app.ask("/api/items") == (200, "c_get {} {}")
        assert await app.ask("/api/items/7") == (200, "c_get {id: 7} {}")
        assert await app.ask("/api/items/seven") == (404, "")
        assert await app.ask("/api/items/7", "POST") == (404, "")
        assert await app.ask("/api/files/a/b.txt") == (200, "d_rest {path: a/b.txt} {}")
    http = {"http": {"routePrefix": ""}}
    async with served(script(tmp_path / "bare", ROUTES, extensions=http)) as app:
        assert await app.ask("/ping") == (200, "b_one {} {}")
        assert await app.ask("/api/ping") == (404, "")


RESPONSES = """
def answering(name, act):
    @app.function_name(name)
    @app.route(name)
    def function(req: func.HttpRequest):
        return act()

def fail():
    raise ValueError("for the log alone")

answering("raises", fail)
answering("nothing", lambda: None)
answering("dict", lambda: {"body": "x"})
answering("text", lambda: "plain { text")
answering("described", lambda: '{"body":"x","status":201}')
"""


async def test_check_15_responses(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """functions-python section 22, check 15."""
    async with served(script(tmp_path, RESPONSES)) as app:
        for name in ("raises", "nothing", "dict"):
            assert await app.ask(f"/api/{name}") == (500, "")
        assert "for the log alone" in caplog.text
        assert await app.ask("/api/text") == (200, "plain { text")
        assert await app.ask("/api/described") == (201, "x")


GUARDED = """
import webpubsub as wps

app = wps.WebPubSubApp()

def guarded(name, level):
    @app.function_name(name)
    @app.route(name, auth_level=level)
    def function(req: func.HttpRequest) -> func.HttpResponse:
        return func.HttpResponse("in")

guarded("open", func.AuthLevel.ANONYMOUS)
guarded("keyed", func.AuthLevel.FUNCTION)
guarded("other", func.AuthLevel.FUNCTION)
guarded("boss", func.AuthLevel.ADMIN)
guarded("off", func.AuthLevel.FUNCTION)

@app.web_pubsub_trigger(hub="h", event_type="user", event_name="message")
def message(request: wps.UserEventRequest) -> wps.UserEventResponse:
    return wps.UserEventResponse(f"heard {request.text()}")
"""


def guarded(folder: Path) -> Path:
    """An app whose functions ask for keys."""
    disabled = {"AzureWebJobs.off.Disabled": "true"}
    source = HEAD.partition("app =")[0] + GUARDED
    files = {"function_app.py": source, "local.settings.json": values(**disabled)}
    return written(folder, files)


def key(app: Served, scope: ScopeKind, function: str = "") -> str:
    """A key of the app."""
    assert app.app.keys is not None
    return app.app.keys.keys(Scope(scope, function))[0].value


async def test_check_16_keys(tmp_path: Path) -> None:
    """functions-python section 22, check 16."""
    async with served(guarded(tmp_path), asks_for_keys=True) as app:
        master, host = key(app, ScopeKind.MASTER), key(app, ScopeKind.HOST)
        system = key(app, ScopeKind.SYSTEM)
        own = key(app, ScopeKind.FUNCTION, "keyed")
        foreign = key(app, ScopeKind.FUNCTION, "other")
        levels = {
            "open": {None: 200, master: 200, "wrong": 200},
            "keyed": {None: 401, own: 200, host: 200, master: 200, system: 401, foreign: 401},
            "boss": {None: 401, host: 401, master: 200},
            "off": {None: 401, host: 404, master: 200},
        }
        for name, given in levels.items():
            for value, status in given.items():
                headers = {} if value is None else {"x-functions-key": value}
                assert (await app.ask(f"/api/{name}", headers=headers))[0] == status, (name, status)
        in_query = f"/api/keyed?code={own}"
        assert await app.ask(in_query) == (200, "in")
        assert await app.ask(in_query, headers={"x-functions-key": "wrong"}) == (401, "")
        wrong = "/api/keyed?code=wrong"
        assert await app.ask(wrong, headers={"x-functions-key": own}) == (200, "in")


def expressing(name: str, user_id: str, route: str = "") -> str:
    """A function that answers with the URL for a client whose user an expression names."""
    return f"""
@app.route("{route or name}")
@app.generic_input_binding(
    arg_name="connection", type="webPubSubConnection", hub="h", userId="{user_id}")
def {name}(req: func.HttpRequest, connection: str) -> func.HttpResponse:
    return func.HttpResponse(connection)
"""


EXPRESSIONS = "".join(
    (
        expressing("query", "{query.x}"),
        expressing("header", "{headers.x-y}"),
        expressing("member", "{x}", "member/{y?}"),
        expressing("route", "{x}", "route/{x}"),
        expressing("setting", "%USER%-{sys.methodname}"),
    )
)
X = json.dumps({"x": "body"})


@pytest.mark.parametrize(
    ("path", "options", "user"),
    [
        ("query?x=q", {}, "q"),
        ("header", {"headers": {"X-Y": "h"}}, "h"),
        ("member", {"data": X}, "body"),
        ("member?x=query", {"data": X}, "query"),
        ("route/route?x=query", {"data": X}, "route"),
        ("setting", {}, "from settings-setting"),
    ],
)
async def test_check_17_expressions(
    tmp_path: Path, path: str, options: dict[str, Any], user: str
) -> None:
    """functions-python section 22, check 17."""
    files = {
        "function_app.py": HEAD + EXPRESSIONS,
        "local.settings.json": values(USER="from settings"),
    }
    async with served(written(tmp_path, files)) as app:
        status, text = await app.ask(f"/api/{path}", "POST", **options)
        assert status == 200
        token = json.loads(text)["accessToken"]
        assert jwt.decode(token, options={"verify_signature": False})["sub"] == user


async def test_check_17_what_is_missing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """functions-python section 22, check 17."""
    async with served(script(tmp_path, EXPRESSIONS)) as app:
        for path, reason in {
            "query": "Error while accessing 'x': property doesn't exist.",
            "header": "Error while accessing 'x-y': property doesn't exist.",
            "member": "No value for named parameter 'x'.",
        }.items():
            caplog.clear()
            assert await app.ask(f"/api/{path}") == (500, "")
            assert reason in caplog.text


#: A user event as Azure delivers it, without the signature, which needs the service's key.
EVENT = {
    "WebHook-Request-Origin": "localhost",
    "Content-Type": "text/plain",
    "ce-specversion": "1.0",
    "ce-type": "azure.webpubsub.user.message",
    "ce-source": "/hubs/h/client/c",
    "ce-id": "1",
    "ce-time": "2026-01-01T00:00:00Z",
    "ce-signature": "sha256=0",
    "ce-hub": "h",
    "ce-connectionId": "c",
    "ce-eventName": "message",
}


async def test_check_18_the_webhook(tmp_path: Path) -> None:
    """functions-python section 22, check 18."""
    async with served(guarded(tmp_path), asks_for_keys=True) as app:
        path, system = "/runtime/webhooks/webpubsub", key(app, ScopeKind.SYSTEM)
        preflight = {"WebHook-Request-Origin": "localhost"}
        assert await app.ask(path, "OPTIONS", headers=preflight) == (401, "")
        assert await app.ask(f"{path}?code={key(app, ScopeKind.HOST)}", "OPTIONS") == (401, "")
        let_in = f"{path}?code={system}"
        assert (await app.ask(let_in, "OPTIONS", headers=preflight))[0] == 200
        status, _ = await app.ask(let_in, "POST", headers=EVENT, data="hi")
        assert status == 401  # of the webhook itself: the signature is wrong
        signed = EVENT | {"ce-signature": signature(app, "c")}
        assert await app.ask(let_in, "POST", headers=signed, data="hi") == (200, "heard hi")
        unknown = "/runtime/webhooks/nothing"
        assert (await app.ask(unknown, "POST", headers={"x-functions-key": system}))[0] == 404


def raw(line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    """A request as bytes, which need not be HTTP."""
    head = (line + b" HTTP/1.1", b"Host: h", b"Connection: close", *headers)
    return b"\r\n".join(head) + b"\r\n\r\n" + body


HOOK = b"/runtime/webhooks/webpubsub?code="
DELIVERY = tuple(f"{name}: {value}".encode() for name, value in EVENT.items())
BAD = [
    (raw(b"GET /api/open", b"Cookie: \xff=;;=,", b"traceparent: \xff"), 200),
    (raw(b"GET /api/open?%ff=%00&%ed%a0%80=%zz"), 200),
    (raw(b"GET /api/open%00"), 404),
    (raw(b"GET /api/%zz%ff"), 404),
    (raw(b"GET /api/../admin/host/status"), 404),
    (raw(b"GET /api/\xff"), 400),
    (raw(b"GET /api/" + b"a" * 20_000), 400),
    (raw(b"GET /api/open", b"X-A: " + b"a" * 40_000), 400),
    (raw(b"GET /api/open", b"X A: 1"), 400),
    (raw(b"POST /api/open", b"Content-Length: -1"), 400),
    (raw(b"POST /api/open", b"Content-Length: 1", b"Content-Length: 2", body=b"ab"), 400),
    (raw(b"OPTIONS *"), 404),
    (raw(b"GET /api/keyed", b"x-functions-key: \xff"), 401),
    (raw(b"GET /api/keyed", b"x-functions-key: a", b"x-functions-key: b"), 401),
    (raw(b"GET /api/keyed?code=%ff" + b"a" * 5_000), 401),
    (raw(b"GET /admin/host/status?code=%ed%a0%80"), 401),
    (raw(b"POST " + HOOK, *DELIVERY), 401),
    (raw(b"OPTIONS " + HOOK + b"KEY"), 400),
    (raw(b"OPTIONS " + HOOK + b"KEY", b"WebHook-Request-Origin: \xff"), 400),
    (raw(b"POST " + HOOK + b"KEY", *DELIVERY, b"ce-hub: h"), 400),
    (raw(b"POST " + HOOK + b"KEY", *DELIVERY, b"ce-connectionState: \xff"), 400),
    (raw(b"POST " + HOOK + b"KEY", *DELIVERY, b"ce-signature: sha256=\xff"), 401),
    (raw(b"HEAD " + HOOK + b"KEY"), 405),
]


async def test_what_makes_no_sense_is_the_clients_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Headers, bodies, keys and signatures of any bytes: never 500, and no traceback in the log."""
    async with served(guarded(tmp_path), asks_for_keys=True) as app:
        system = key(app, ScopeKind.SYSTEM).encode()
        seen = [(sent, await status_of(app, sent.replace(b"KEY", system))) for sent, _ in BAD]
    assert seen == BAD
    assert not [record for record in caplog.records if record.exc_info]


async def status_of(app: Served, request: bytes) -> int:
    """The status that answers these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", app.app.http.port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return int(answer.split(maxsplit=2)[1])


def signature(app: Served, connection_id: str) -> str:
    """How the service signs the events of a connection."""
    secret = app.app.connections.key.encode()
    return "sha256=" + hmac.new(secret, connection_id.encode(), hashlib.sha256).hexdigest()
