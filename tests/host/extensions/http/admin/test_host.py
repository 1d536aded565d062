"""``/admin/host``. Specification: functions-python section 5.4."""

import pytest

from tests.host.extensions.http.serving import FakeHost, http_function, serving
from webpubsub.host.control import HostState
from webpubsub.host.function_report import FunctionReport


async def test_the_status_says_where_the_host_is_and_what_is_wrong() -> None:
    """Tools wait for the state ``Running``."""
    host = FakeHost(FunctionReport("f", http_function("f"), "it has no route"))
    async with serving(host=host) as (session, _):
        status = await (await session.get("/admin/host/status")).json()
        assert (status["state"], status["errors"]) == ("Running", ["f: it has no route"])
        assert status["version"]
        host.state = HostState.STOPPING
        status = await (await session.get("/admin/host/status")).json()
        assert status["state"] == HostState.STOPPING.value
        host.last_error = "function_app.py cannot be imported"
        status = await (await session.get("/admin/host/status")).json()
        assert status["errors"][0] == host.last_error


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_a_ping_is_answered(method: str) -> None:
    """With nothing, and by nobody but the host itself."""
    async with serving() as (session, _):
        answer = await session.request(method, "/admin/host/ping")
        assert (answer.status, await answer.read()) == (200, b"")
        assert answer.headers["Cache-Control"] == "no-store"


async def test_a_host_is_drained() -> None:
    """It is done when no function runs any more."""
    host = FakeHost()
    async with serving(host=host) as (session, _):

        async def state() -> str:
            answer = await session.get("/admin/host/drain/status")
            document = await answer.json()
            assert document["outstandingInvocations"] == host.running_invocations
            return str(document["state"])

        assert await state() == "Disabled"
        host.running_invocations = 2
        assert (await session.post("/admin/host/drain")).status == 202
        assert await state() == "InProgress"
        host.running_invocations = 0
        assert await state() == "Completed"


async def test_an_app_is_started_anew_or_says_why_not() -> None:
    """A broken one leaves the one before, and the answer has the reason."""
    host = FakeHost()
    async with serving(host=host) as (session, _):
        answer = await session.post("/admin/host/restart")
        assert (answer.status, await answer.json()) == (200, {"state": "Running"})
        host.last_error = "function_app.py cannot be imported"
        answer = await session.post("/admin/host/restart")
        assert (answer.status, await answer.text()) == (500, host.last_error)
    assert host.restarts == 2


async def test_triggers_are_always_in_step() -> None:
    """Deployment tools ask for it and expect this answer."""
    async with serving() as (session, _):
        answer = await session.post("/admin/host/synctriggers")
        assert await answer.json() == {"status": "success"}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_host_is_warm_when_it_runs(method: str) -> None:
    """And not while it stops."""
    host = FakeHost()
    async with serving(host=host) as (session, _):
        assert (await session.request(method, "/admin/warmup")).status == 200
        host.state = HostState.STOPPING
        assert (await session.request(method, "/admin/warmup")).status == 503
