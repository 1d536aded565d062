"""Who may ask which address below ``/admin``. Specification: functions-python section 5.4."""

from pathlib import Path

import pytest

from tests.host.extensions.http.serving import http_function, raw, returning, serving
from webpubsub.host.extensions.http import bodies, rests
from webpubsub.host.extensions.http.admin.api import ROUTES, AdminRoute, route_of
from webpubsub.host.keys.files import KeyFiles

OPEN = {"host/ping", "warmup"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.template}")
async def test_the_administration_asks_for_the_master_key(
    route: AdminRoute, tmp_path: Path
) -> None:
    """Except where nothing can be learned; no other key is enough."""
    keys = KeyFiles(tmp_path)
    path = route.template.format(name="f", scope="keys", key="default")
    async with serving((http_function("f"), returning("x")), keys=keys) as (session, _):
        for key in ("", keys.host().function_keys[0].value, keys.function("f")[0].value):
            answer = await session.request(
                route.method, f"/admin/{path}", headers={"x-functions-key": key}
            )
            assert (answer.status == 401) == (route.template not in OPEN)
        master = keys.host().master_key.value
        answer = await session.request(route.method, f"/admin/{path}?code={master}")
        assert answer.status != 401


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("GET", "host/status", "host/status"),
        ("HEAD", "Host/Status", "host/status"),
        ("GET", "functions/My/keys", "functions/{name}/keys"),
        ("PUT", "host/SystemKeys/a", "host/{scope}/{key}"),
        ("PUT", "host/status", None),
        ("GET", "host/secrets", None),
        ("GET", "", None),
        ("GET", "functions/a/b/c/d", None),
    ],
)
def test_addresses_are_matched_in_any_letter_case(
    method: str, path: str, template: str | None
) -> None:
    """As routes of functions are."""
    found = route_of(method, path.split("/"))
    assert (found[0].template if found else None) == template


@pytest.mark.parametrize(
    ("method", "origin", "refused"),
    [
        ("POST", None, False),
        ("POST", "HTTP://{host}", False),
        ("POST", "https://{host}", False),
        ("POST", "{host}", True),
        ("POST", "http://[::1", True),
        ("POST", "http://elsewhere.example", True),
        ("POST", "http://127.0.0.1:1", True),
        ("POST", "null", True),
        ("GET", "http://elsewhere.example", False),
        ("HEAD", "http://elsewhere.example", False),
    ],
)
async def test_pages_of_other_origins_change_nothing(
    method: str, origin: str | None, refused: bool
) -> None:
    """A host that asks nobody for keys cannot be restarted or drained by a page that somebody
    visits; what such a page reads, the browser keeps from it."""
    async with serving((http_function("f"), returning("x"))) as (session, extension):
        host = f"127.0.0.1:{extension.port}"
        headers = {} if origin is None else {"Origin": origin.format(host=host)}
        path = "drain" if method == "POST" else "status"
        answer = await session.request(method, f"/admin/host/{path}", headers=headers)
        assert (answer.status == 403) == refused


async def test_a_page_whose_name_was_made_to_point_here_changes_nothing() -> None:
    """To the browser such a page is of the same origin."""
    async with serving((http_function("f"), returning("x"))) as (session, extension):
        name = f"rebound.example:{extension.port}"
        headers = {"Host": name, "Origin": f"http://{name}"}
        assert (await session.post("/admin/host/drain", headers=headers)).status == 403


async def test_a_page_with_the_master_key_is_no_stranger(tmp_path: Path) -> None:
    """Without a key, it is told of that alone."""
    keys = KeyFiles(tmp_path)
    async with serving((http_function("f"), returning("x")), keys=keys) as (session, _):
        headers = {"Origin": "http://elsewhere.example"}
        assert (await session.post("/admin/host/drain", headers=headers)).status == 401
        headers["x-functions-key"] = keys.host().master_key.value
        assert (await session.post("/admin/host/drain", headers=headers)).status == 202


async def test_a_body_that_breaks_off_is_answered_as_any_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is the client's mistake, and in the log."""
    monkeypatch.setattr(bodies, "PIECE_SECONDS", 0.1)
    monkeypatch.setattr(rests, "_REST_SECONDS", 0.05)
    request = (
        b"POST /admin/functions/f HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        b"Content-Length: 9\r\n\r\n{"
    )
    async with serving() as (_, extension):
        answer = await raw(extension, request, until=b"\r\n")
    assert answer.split()[1] == b"408"
    assert "function.body.timeout" in caplog.text


async def test_another_address_is_not_found() -> None:
    """And is no function's, whatever its route."""
    everything = http_function("all", route="{*rest}")
    async with serving((everything, returning("x")), http={"routePrefix": ""}) as (session, _):
        assert (await session.get("/admin/unknown")).status == 404
        assert (await session.get("/administration")).status == 200
