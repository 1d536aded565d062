"""Every refusal of a function app can be met, by what somebody might really send.

Specification: functions-python sections 5.2 to 5.4.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiohttp import ClientSession

from tests.host.extensions.http.serving import http_function, returning, serving
from webpubsub.host.extensions.http import bodies, rests
from webpubsub.host.extensions.http.listener import Listener
from webpubsub.host.keys.files import KeyFiles
from webpubsub.host.keys.model import Scope, ScopeKind
from webpubsub.protocol.refusals.catalogue import KINDS
from webpubsub.protocol.refusals.orders import FUNCTION_CHECKS


class Place(NamedTuple):
    """Where an app is asked, and with which keys."""

    session: ClientSession
    port: int
    keys: KeyFiles
    folder: Path


Act = Callable[[Place], Awaitable[Any]]


def gets(path: str, status: int, scope: Scope | None = None, **headers: str) -> Act:
    """A request, with the first key of a scope."""

    async def act(place: Place) -> None:
        key = {"x-functions-key": place.keys.keys(scope)[0].value} if scope else {}
        answer = await place.session.get(path, headers={**headers, **key})
        assert (answer.status, await answer.read()) == (status, b"")

    return act


async def _spoils_the_keys(place: Place) -> None:
    (place.keys.folder / "f.json").write_bytes(b"{")
    answer = await place.session.get("/api/f", headers={"x-functions-key": "anything"})
    assert (answer.status, await answer.read()) == (500, b"")


async def _is_another_page(place: Place) -> None:
    headers = {"Origin": "http://elsewhere.example"}
    assert (await place.session.post("/admin/host/ping", headers=headers)).status == 403


async def _takes_the_app_offline(place: Place) -> None:
    (place.folder / "app_offline.htm").write_text("<h1>Back at noon</h1>", encoding="utf-8")
    for path in ("/api/open", "/", "/admin/host/ping"):
        answer = await place.session.get(path)
        assert (answer.status, await answer.text()) == (503, "<h1>Back at noon</h1>")
        assert answer.content_type == "text/html"
    (place.folder / "app_offline.htm").unlink()
    assert (await place.session.get("/api/open")).status == 200


async def _asks_before_there_is_an_app(place: Place) -> None:
    listener = Listener("127.0.0.1", 0)
    await listener.start()
    try:
        answer = await place.session.get(f"http://127.0.0.1:{listener.port}/api/open")
        assert (answer.status, await answer.text()) == (503, "Function host is not running.")
    finally:
        await listener.stop(1)


async def _sends_too_much(place: Place) -> None:
    assert (await place.session.post("/api/open", data=b"123456789")).status == 413


async def _leaves_in_the_middle(place: Place) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
    head = ("POST /api/open HTTP/1.1", "Host: h", "Content-Length: 8", "Expect: 100-continue")
    writer.write("\r\n".join((*head, "\r\n")).encode())
    assert b" 100 " in await reader.readline()
    writer.write(b"half")
    writer.close()
    await writer.wait_closed()


async def _stops_in_the_middle(place: Place) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
    writer.write(b"POST /api/open HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\nhalf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bodies, "PIECE_SECONDS", 0.1)
        patch.setattr(rests, "_REST_SECONDS", 0.05)
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()


PROVOKED: Mapping[str, Act] = {
    "function.key.missing": gets("/api/f", 401),
    "function.key.unknown": gets("/api/f?code=unknown", 401),
    "function.key.other-function": gets("/api/f", 401, Scope(ScopeKind.FUNCTION, "g")),
    "function.key.level": gets("/admin/host/status", 401, Scope(ScopeKind.HOST)),
    "function.origin.foreign": _is_another_page,
    "function.keys.unreadable": _spoils_the_keys,
    "function.disabled": gets("/api/off", 404, Scope(ScopeKind.HOST)),
    "function.host.not-running": _asks_before_there_is_an_app,
    "function.app.offline": _takes_the_app_offline,
    "function.requests.too-many": gets("/api/open", 429),
    "function.body.too-large": _sends_too_much,
    "function.body.timeout": _stops_in_the_middle,
    "function.body.incomplete": _leaves_in_the_middle,
}


@pytest.mark.parametrize("code", PROVOKED)
async def test_a_refusal_is_met(
    code: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The client sees a status, the log the code, and nobody a key."""
    keys = KeyFiles(tmp_path / "keys")
    limits = {"maxOutstandingRequests": 0} if code.endswith("too-many") else {}
    functions = [
        (http_function("f"), returning("x")),
        (http_function("g"), returning("x")),
        (http_function("open", authLevel="anonymous"), returning("x")),
    ]
    with caplog.at_level(logging.DEBUG):
        async with serving(
            *functions,
            http=limits,
            disabled=[(http_function("off"), returning("x"))],
            app_directory=tmp_path,
            keys=keys,
            max_body_bytes=8,
        ) as (session, extension):
            await PROVOKED[code](Place(session, extension.port, keys, tmp_path))
    assert f"{code}: checked " in caplog.text
    for scope in (Scope(ScopeKind.MASTER), Scope(ScopeKind.HOST), Scope(ScopeKind.FUNCTION, "g")):
        assert keys.keys(scope)[0].value not in caplog.text


def test_every_refusal_has_its_provocation() -> None:
    """None is forgotten, and none of them is about a refusal that is gone."""
    assert {code for code in KINDS if code.startswith("function.")} == PROVOKED.keys()


#: What is wrong with requests, less and less: their path, and whose key they have.
LESS_AND_LESS: list[tuple[str, Scope | None, str]] = [
    ("/api/closed", None, "function.key.missing"),
    ("/api/closed", Scope(ScopeKind.FUNCTION, "g"), "function.key.other-function"),
    ("/api/closed", Scope(ScopeKind.HOST), "function.key.level"),
    ("/api/off", Scope(ScopeKind.HOST), "function.disabled"),
    ("/api/f", Scope(ScopeKind.HOST), "function.requests.too-many"),
]


async def test_of_several_refusals_the_first_is_met(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In the order that is told: every request has a body that is too large, and the app has no
    room for any."""
    keys = KeyFiles(tmp_path / "keys")
    off = [http_function("off"), http_function("closed", authLevel="admin")]
    async with serving(
        *[(http_function(name), returning("x")) for name in ("f", "g")],
        http={"maxOutstandingRequests": 0},
        disabled=[(function, returning("x")) for function in off],
        app_directory=tmp_path,
        keys=keys,
        max_body_bytes=8,
    ) as (session, _):
        (tmp_path / "app_offline.htm").touch()
        await session.post("/api/closed", data=b"123456789")
        (tmp_path / "app_offline.htm").unlink()
        for path, scope, _ in LESS_AND_LESS:
            headers = {"x-functions-key": keys.keys(scope)[0].value} if scope else {}
            await session.post(path, data=b"123456789", headers=headers)
    told = [record.getMessage().partition(": checked ")[0] for record in caplog.records]
    codes = [text.rpartition(" ")[2] for text in told if "function." in text]
    assert codes == ["function.app.offline", *(code for _, _, code in LESS_AND_LESS)]
    assert codes == [kind.code for kind in FUNCTION_CHECKS if kind.code in codes]
