"""What runs the functions of an app: this process, or several of their own.

Specification: functions-python section 8.1.
"""

import os
from collections.abc import Callable

from webpubsub.host.errors import HostError
from webpubsub.host.python import PythonWorker
from webpubsub.host.settings.app_settings import AppSettings
from webpubsub.host.worker import Worker
from webpubsub.host.workers.process_worker import CHILD, ProcessWorker
from webpubsub.host.workers.worker_pool import WorkerPool
from webpubsub.telemetry.environment import TelemetryError, wanted_exporters

_SETTING = "FUNCTIONS_WORKER_PROCESS_COUNT"
#: The program of processes whose user code is traced.
_TRACED = "webpubsub.telemetry.worker"
#: No process of its own for the app.
IN_PROCESS = 0
#: On Azure, a setting that asks for more keeps the app from starting.
_MOST = 10


def worker_count(option: int | None, settings: AppSettings) -> int:
    """How many processes run the app: what the option says, else the setting, where 1 or less means
    this very process. Raises HostError."""
    if option is not None:
        return option
    text = settings.get(_SETTING)
    if not text:
        return IN_PROCESS
    try:
        count = int(text)
    except ValueError:
        count = _MOST + 1
    if count > _MOST:
        raise HostError(
            f"{_SETTING} is '{text}', and must be a whole number up to {_MOST}, as on Azure. "
            "--workers takes more."
        )
    return IN_PROCESS if count <= 1 else count


def new_worker(count: int) -> Callable[[], Worker]:
    """What makes the worker of each generation of the app. Raises HostError where processes cannot
    be talked to."""
    if count == IN_PROCESS:
        return PythonWorker
    if os.name != "posix":
        raise HostError(
            "--workers needs a system with sockets between processes, such as Linux or macOS. "
            "Start without it."
        )
    program = _program()
    return lambda: WorkerPool(
        lambda lost, spent: ProcessWorker(lost=lost, spent=spent, program=program), count
    )


def _program() -> str:
    """What the processes run, by what the environment asks for."""
    try:
        return _TRACED if wanted_exporters(os.environ) else CHILD
    except TelemetryError:  # the command says so
        return CHILD
