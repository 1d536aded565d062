"""``/admin/host`` and ``/admin/warmup``: the host itself.

Specification: functions-python section 5.4.
"""

import asyncio
import os
import platform
import time
from collections.abc import Mapping
from importlib.metadata import version

from webpubsub.host.control import HostState
from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http.admin.context import AdminContext, json_answer, problem
from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.requests import Request

_STARTED = time.monotonic()
_background: set[asyncio.Task[None]] = set()


async def status(context: AdminContext, _request: Request, _: Mapping[str, str]) -> Answer:
    """Where the host is in its life, and what is wrong with its functions."""
    document = {
        "id": platform.node().lower(),
        "state": context.host.state.value,
        "version": version("webpubsub"),
        "versionDetails": f"webpubsub {version('webpubsub')}, Python {platform.python_version()}",
        "processUptime": int((time.monotonic() - _STARTED) * 1000),
        "processId": os.getpid(),
        "errors": [*_app_errors(context), *_function_errors(context)],
    }
    return json_answer(document)


async def ping(_context: AdminContext, _request: Request, _: Mapping[str, str]) -> Answer:
    """Whether somebody answers."""
    return Answer(200, [("Cache-Control", "no-store")])


async def drain(context: AdminContext, _request: Request, _: Mapping[str, str]) -> Answer:
    """Stop triggers that act by themselves; nobody waits until they have."""
    task = asyncio.ensure_future(context.host.drain())
    _background.add(task)
    task.add_done_callback(_background.discard)
    return Answer(202)


async def drain_status(context: AdminContext, _request: Request, _: Mapping[str, str]) -> Answer:
    """How far the draining is."""
    running = context.host.running_invocations
    state = "Disabled"
    if context.host.is_draining:
        state = "InProgress" if running else "Completed"
    return json_answer({"state": state, "outstandingInvocations": running, "outstandingRetries": 0})


async def restart(context: AdminContext, _request: Request, _: Mapping[str, str]) -> Answer:
    """Read the app again and serve it in place of the one that runs; a broken one changes
    nothing, and the answer says why."""
    try:
        await context.restart()
    except HostError as error:
        return problem(500, str(error))
    return json_answer({"state": context.host.state.value})


async def sync_triggers(_context: AdminContext, _request: Request, _: Mapping[str, str]) -> Answer:
    """There is nobody to tell of the triggers, so they are in step."""
    return json_answer({"status": "success"})


async def warm_up(context: AdminContext, _request: Request, _: Mapping[str, str]) -> Answer:
    """The host is warm when it runs."""
    return Answer(200 if context.host.state is HostState.RUNNING else 503)


def _app_errors(context: AdminContext) -> list[str]:
    return [] if context.host.last_error is None else [context.host.last_error]


def _function_errors(context: AdminContext) -> list[str]:
    return [f"{one.name}: {one.error}" for one in context.host.functions if one.error is not None]
