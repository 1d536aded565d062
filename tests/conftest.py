"""What all tests share."""

import logging
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.requirements import in_ci

# Where Python may not keep bytecode, each of the hundreds of processes that the tests start would
# compile all of its modules anew, which takes most of its time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What a shell runs in its background ignores Ctrl-C, and so would every process that a test starts
# and interrupts.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says more about the machine than about us, and what is red in CI must
# be red for everybody: there the examples are always the same, while elsewhere new ones are tried.
settings.register_profile(
    "webpubsub",
    deadline=None,
    derandomize=in_ci(),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("webpubsub")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors, for many tests wait: for timers and other processes."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several processes, the files of tests that may take long come first: else one of them
    would be at work long after the others."""
    if not hasattr(config, "workerinput"):
        return
    seconds: dict[Path, float] = defaultdict(float)
    for item in items:
        mark = item.get_closest_marker("timeout")
        seconds[item.path] = max(seconds[item.path], mark.args[0] if mark else 0)
    items.sort(key=lambda item: -seconds[item.path])


@pytest.fixture(scope="module", autouse=True)
def _no_log_is_watched_afterwards() -> Iterator[None]:
    """A handler that is left would go on to tell loops and streams that are no more, and a level
    would decide what later tests see."""
    before = _watched_logs()
    yield
    assert _watched_logs() == before


def _watched_logs() -> dict[str, tuple[int, list[logging.Handler]]]:
    """The level and the handlers of those of our loggers, and of the root, that have any."""
    ours = (name for name in logging.root.manager.loggerDict if name.split(".")[0] == "webpubsub")
    loggers = [logging.root, *map(logging.getLogger, ours)]
    watched = {one.name: (one.level, _lasting(one.handlers)) for one in loggers}
    return {name: kept for name, kept in watched.items() if kept != (logging.NOTSET, [])}


def _lasting(handlers: list[logging.Handler]) -> list[logging.Handler]:
    """Without those by which pytest captures what each test logs."""
    return [one for one in handlers if not type(one).__module__.startswith("_pytest.")]


def _has_official_engine() -> bool:
    """The engine of Azure Functions needs Python 3.13, and has a run of its own in CI, where it
    must not be missing."""
    if sys.version_info < (3, 13):
        return False
    return in_ci() or find_spec("azure_functions_runtime") is not None


_OF_THE_ENGINE = ["*/test_official_engine.py", "parity/test_*.py"]
collect_ignore_glob = [] if _has_official_engine() else _OF_THE_ENGINE
