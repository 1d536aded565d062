"""Web applications that are functions as a whole. Specification: functions-python section 2.4."""

import asyncio
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

import azure.functions as func
import pytest

from webpubsub.host.python import web_apps
from webpubsub.host.python.web_apps import shut_down, web_apps_in


class _Web:
    """An ASGI application that notes what it is told."""

    def __init__(self, failing: bool = False) -> None:
        self.heard: list[str] = []
        self.failing = failing

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while True:
            kind = (await receive())["type"]
            self.heard.append(kind)
            if self.failing and kind == "lifespan.shutdown":
                raise OSError("no")
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return


async def _started(web: _Web) -> func.AsgiFunctionApp:
    app = func.AsgiFunctionApp(app=web)
    notify: Callable[[], Awaitable[bool]] = app.middleware.notify_startup
    app.startup_task_done = await notify()
    return app


def test_an_application_is_found_once_under_all_its_names() -> None:
    """In any module of the app."""
    one, two = ModuleType("one"), ModuleType("two")
    app = func.AsgiFunctionApp(app=_Web())
    vars(one).update(app=app, same=app, other=5)
    vars(two).update(app=func.FunctionApp())
    assert web_apps_in([one, two]) == [app]


async def test_what_has_started_is_shut_down_once() -> None:
    """One that nobody has called was never started, and hears nothing."""
    web, idle = _Web(), _Web()
    apps = [await _started(web), func.AsgiFunctionApp(app=idle)]
    await shut_down(apps)
    await shut_down(apps)
    assert web.heard == ["lifespan.startup", "lifespan.shutdown"]
    assert idle.heard == []


async def test_one_that_fails_does_not_keep_the_others_from_it() -> None:
    """Whatever it raises."""
    failing, web = _Web(failing=True), _Web()
    await shut_down([await _started(failing), await _started(web)])
    assert web.heard[-1] == "lifespan.shutdown"


async def test_one_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not longer than it may take, and a warning says so."""
    monkeypatch.setattr(web_apps, "_SECONDS", 0.05)
    silent, web = await _started(_Web()), _Web()

    async def forever() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(silent.middleware, "notify_shutdown", forever)
    async with asyncio.timeout(5):
        await shut_down([silent, await _started(web)])
    assert web.heard[-1] == "lifespan.shutdown"
    assert "did not shut down: TimeoutError" in caplog.text
