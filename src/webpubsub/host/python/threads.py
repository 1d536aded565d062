"""The threads that run the functions that are not ``async``.

Specification: functions-python sections 8.1 and 8.5.
"""

import logging
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, Final

_SETTING: Final = "PYTHON_THREADPOOL_THREAD_COUNT"
#: What the real host gives its Python worker when the setting is absent.
DEFAULT_THREADS: Final = 1000

_logger = logging.getLogger(__name__)


def thread_count(environment: Mapping[str, str]) -> int | None:
    """The number of threads, None for the default of Python, to which a wrong setting falls
    back."""
    text = environment.get(_SETTING)
    if text is None:
        return DEFAULT_THREADS
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count >= 1:
        return count
    _logger.warning(
        "%s is %r, and must be a whole number from 1. Python's own default is used.", _SETTING, text
    )
    return None


def warn_of_thread(function_name: str, _thread: "Future[Any]") -> None:
    """Say that a function goes on although its invocation is over."""
    _logger.warning(
        "Function '%s' runs on in its thread, which cannot be stopped, and holds it until it "
        "returns. An 'async def' function is stopped; with --workers, so is the process of a "
        "thread.",
        function_name,
    )
