"""Web applications that are functions as a whole: ``AsgiFunctionApp``.

The library starts one with its first request, and tells it of its end only when nobody refers to it
any more, on a loop of its own that it cannot have while another one runs. So the worker tells it.
Specification: functions-python section 2.4.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from types import ModuleType

from azure.functions import AsgiFunctionApp

_logger = logging.getLogger("webpubsub.host.python")
_SECONDS = 5.0


def web_apps_in(modules: Iterable[ModuleType]) -> list[AsgiFunctionApp]:
    """The web applications that modules hold under any name."""
    found = (
        item
        for module in modules
        for item in vars(module).values()
        if isinstance(item, AsgiFunctionApp)
    )
    return list({id(item): item for item in found}.values())


async def shut_down(apps: Iterable[AsgiFunctionApp]) -> None:
    """Tell those that have started that they end; each has five seconds for it."""
    for app in apps:
        if not app.startup_task_done:
            continue
        app.startup_task_done = False  # or its destructor would tell it again
        try:
            async with asyncio.timeout(_SECONDS):
                notify: Callable[[], Awaitable[object]] = app.middleware.notify_shutdown
                await notify()
        except Exception as error:
            _logger.warning("A web application did not shut down: %r", error)
