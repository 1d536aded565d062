"""``/admin/functions``. Specification: functions-python section 5.4."""

from io import BytesIO
from typing import Any

import pytest

from tests.host.extensions.http.serving import FakeHost, http_function, serving
from webpubsub.host.function_report import FunctionReport
from webpubsub.host.metadata import Binding, FunctionMetadata

TIMER = FunctionMetadata(
    id="t", name="Tick", bindings=(Binding({"type": "timerTrigger", "name": "timer"}),)
)
HTTP = http_function("read", route="items/{id}")


def _host() -> FakeHost:
    return FakeHost(
        FunctionReport("broken", http_function("broken", route="{x"), "its route is wrong"),
        FunctionReport("off", TIMER, disabled=True),
        FunctionReport("read", HTTP),
        FunctionReport("Tick", TIMER),
    )


async def test_functions_are_listed() -> None:
    """With their bindings, and the address of those that have one."""
    async with serving(host=_host()) as (session, extension):
        listed = await (await session.get("/admin/functions")).json()
        assert [one["name"] for one in listed] == ["broken", "off", "read", "Tick"]
        read, off = listed[2], listed[1]
        base = f"http://127.0.0.1:{extension.port}"
        assert read["invoke_url_template"] == f"http://localhost:{extension.port}/api/items/{{id}}"
        assert read["config"]["bindings"] == [dict(binding.raw) for binding in HTTP.bindings]
        assert (off["isDisabled"], read["isDisabled"]) == (True, False)
        assert [one["invoke_url_template"] for one in (listed[0], off)] == [None, None]
        assert await (await session.get(read["href"])).json() == read
        assert read["href"] == f"{base}/admin/functions/read"


async def test_one_function_is_found_in_any_letter_case() -> None:
    """And one that is not there is not."""
    async with serving(host=_host()) as (session, _):
        assert (await (await session.get("/admin/functions/TICK")).json())["name"] == "Tick"
        assert (await session.get("/admin/functions/none")).status == 404
        assert (await session.get("/admin/functions/none/status")).status == 404
        broken = await (await session.get("/admin/functions/broken/status")).json()
        assert broken == {"errors": ["its route is wrong"]}
        assert await (await session.get("/admin/functions/Tick/status")).json() == {"errors": None}


@pytest.mark.parametrize(
    ("name", "body", "status", "called"),
    [
        ("Tick", {"input": "now"}, 202, ("Tick", "now")),
        ("tick", {"input": ""}, 202, ("tick", "")),
        ("Tick", {}, 202, ("Tick", "")),
        ("Tick", {"input": None}, 202, ("Tick", "")),
        ("Tick", {"input": 5}, 400, None),
        ("Tick", {"input": "wrong"}, 400, None),
        ("Tick", [], 400, None),
        ("none", {"input": ""}, 404, None),
        ("broken", {"input": ""}, 404, None),
        ("off", {"input": ""}, 404, ("off", "")),
    ],
)
async def test_a_function_is_called(
    name: str, body: Any, status: int, called: tuple[str, str] | None
) -> None:
    """What comes of it is not waited for."""
    host = _host()
    async with serving(host=host) as (session, _):
        answer = await session.post(f"/admin/functions/{name}", json=body)
        assert answer.status == status
        assert bool(await answer.text()) == (status != 202)
    assert host.calls == ([] if called is None else [called])


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_a_page_of_another_origin_cannot_call_functions(content_type: str) -> None:
    """Browsers send these types without asking, and JSON only if they are allowed to."""
    host = _host()
    async with serving(host=host) as (session, _):
        headers = {"Content-Type": content_type}
        answer = await session.post("/admin/functions/Tick", data="{}", headers=headers)
        assert answer.status == 415
    assert host.calls == []


async def test_what_is_sent_must_be_json_and_no_more_than_fits() -> None:
    """Neither costs the host more than a line."""
    json = {"Content-Type": "application/json"}
    async with serving(host=_host(), stop_seconds=0.1) as (session, _):
        deep, large = b'{"a":' * 5_000, b" " * (4 * 1024 * 1024 + 1)
        for body, status in ((b"{", 400), (b"\xff", 400), (deep, 400), (large, 413)):
            answer = await session.post("/admin/functions/Tick", data=BytesIO(body), headers=json)
            assert answer.status == status
