"""A category that logs for every event. Specification: functions-python section 13.2."""

import asyncio
import io
import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from webpubsub.host.logs.busy_log import BusyLog, _Records
from webpubsub.host.logs.console_log import CategoryLevels, ConsoleHandler

PARENT = logging.getLogger("Function.parent")


class Terminal(io.StringIO):
    """A stream that counts how often it is flushed."""

    flushed = 0

    def flush(self) -> None:
        self.flushed += 1
        super().flush()


class Console(ConsoleHandler):
    """The console, which is all there is."""

    def __init__(self, formatter: logging.Formatter | None = None) -> None:
        self.terminal = Terminal()
        super().__init__(self.terminal, CategoryLevels({}), formatter)

    def begin(self, category: str = "Function.parent.busy") -> BusyLog:
        """A log that nobody else takes; pytest listens where it was only before the test."""
        PARENT.handlers = [self]
        PARENT.propagate = False
        PARENT.setLevel(logging.INFO)
        return BusyLog(category)

    @property
    def messages(self) -> list[str]:
        """What it shows, without the times."""
        return [line.partition("] ")[2] for line in self.terminal.getvalue().splitlines()]


class Keeping(logging.Handler):
    """Keeps the records that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The loggers are as before."""
    yield
    PARENT.handlers = []
    PARENT.propagate = True
    PARENT.setLevel(logging.NOTSET)
    busy = logging.getLogger("Function.parent.busy")
    busy.setLevel(logging.NOTSET)
    busy.filters.clear()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[logging.LogRecord]:
    """The records that are made."""
    records: list[logging.LogRecord] = []
    make = _Records._record

    def keep(self: _Records, message: str, arguments: tuple[object, ...]) -> logging.LogRecord:
        records.append(make(self, message, arguments))
        return records[-1]

    monkeypatch.setattr(_Records, "_record", keep)
    return records


async def test_the_console_alone_needs_no_records(made: list[logging.LogRecord]) -> None:
    """It shows what it would show of one."""
    console = Console()
    log = console.begin()
    log.info("%s of %d", ("one", 2))
    log.logger.info("%s of %d", "two", 2)
    log.info("%d\n%d", (3, 4))
    assert (console.messages, made) == (["one of 2", "two of 2", "3", "4"], [])


async def test_levels_are_kept() -> None:
    """Of the logger and of the console."""
    console = Console()
    log = console.begin()
    console._levels = CategoryLevels({"Function.parent": "warning"})
    log.info("%s", ("not shown",))
    console._levels = CategoryLevels({})
    log.logger.setLevel(logging.WARNING)
    log.info("%s", ("not shown",))
    log.logger.setLevel(logging.NOTSET)
    log.info("%s", ("shown",))
    assert console.messages == ["shown"]


@pytest.mark.parametrize("place", [PARENT.name, "Function.parent.busy"])
async def test_others_are_given_records(made: list[logging.LogRecord], place: str) -> None:
    """Whoever else takes what is logged, wherever it listens; the console shows the same."""
    console, other = Console(), Keeping()
    log = console.begin()
    logging.getLogger(place).addHandler(other)
    log.info("%s", ("text",))
    logging.getLogger(place).removeHandler(other)
    log.info("%s", ("more",))
    assert made == other.records
    assert [record.getMessage() for record in made] == ["text"]
    assert console.messages == ["text", "more"]


@pytest.mark.parametrize("place", ["logger", "handler"])
async def test_filters_are_asked(made: list[logging.LogRecord], place: str) -> None:
    """They look at records."""
    console = Console()
    log = console.begin()
    target = log.logger if place == "logger" else console
    target.addFilter(lambda record: "no" not in record.getMessage())
    log.info("%s", ("yes",))
    log.info("%s", ("no",))
    assert (console.messages, len(made)) == (["yes"], 2)


async def test_a_formatter_needs_records(made: list[logging.LogRecord]) -> None:
    """As JSON lines do."""
    console = Console(logging.Formatter("x] %(msg)s"))
    console.begin().info("%s", (1,))
    assert (console.messages, len(made)) == (["%s"], 1)


async def test_a_line_that_cannot_be_written_harms_nobody(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Python says so on the standard error."""
    console = Console()
    log = console.begin()
    console.terminal.close()
    log.info("%s", ("lost",))
    assert "ValueError" in capsys.readouterr().err


async def test_a_turn_of_the_loop_flushes_once() -> None:
    """However many lines there are, with or without a record."""
    console = Console()
    log = console.begin()
    for _ in range(2):
        for _ in range(3):
            log.info("%s", (1,))
            log.info_later("%s", (2,))
            log.logger.info("x")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert console.terminal.flushed == 2


async def test_what_may_be_late_is_written_when_there_is_time() -> None:
    """With the time at which it was said, and before anything that is said after it, wherever."""
    console = Console()
    log = console.begin()
    log.info_later("%s", (1,))
    said = time.time()
    while time.time() < said + 0.005:
        assert console.messages == []
    log.info("%s", (2,))
    shown = console.terminal.getvalue().splitlines()[0]
    assert datetime.fromisoformat(shown[1:25]).timestamp() <= said
    await asyncio.sleep(0.01)
    log.info_later("%s", (3,))
    assert console.messages == ["1", "2"]
    await asyncio.to_thread(log.logger.info, "4")
    assert console.messages == ["1", "2", "3", "4"]


async def test_one_line_of_a_turn_may_be_late() -> None:
    """When there are more, there is no time."""
    console = Console()
    log = console.begin()
    for turn in (0, 3):
        log.info_later("%s", (1,))
        assert len(console.messages) == turn
        log.info_later("%s", (2,))
        log.info_later("%s", (3,))
        assert console.messages[turn:] == ["1", "2", "3"]
        await asyncio.sleep(0.01)


async def test_what_may_be_late_is_asked_for_like_anything_else(
    made: list[logging.LogRecord], capsys: pytest.CaptureFixture[str]
) -> None:
    """Its level must be shown, its message must fit its arguments, and whoever else listens is told
    at once."""
    console, other = Console(), Keeping()
    log = console.begin()
    console._levels = CategoryLevels({"Function.parent": "warning"})
    log.info_later("%s", ("not shown",))
    console.flush()
    console._levels = CategoryLevels({})
    log.info_later("%d", ("no number",))
    console.flush()
    log.info_later("%s", ("shown",))
    console.flush()
    PARENT.addHandler(other)
    log.info_later("%s", ("told",))
    log.logger.setLevel(logging.WARNING)
    log.info_later("%s", ("off",))
    assert console.messages == ["shown", "told"]
    assert [record.getMessage() for record in other.records] == ["told"]
    assert "TypeError" in capsys.readouterr().err


def test_records_are_complete(caplog: pytest.LogCaptureFixture) -> None:
    """Every member that Python's own records have, with the time of now."""
    caplog.set_level(logging.INFO, "Function")
    log = BusyLog("Function.fn")
    time.sleep(0.01)
    before = time.time()
    log.info("", ())
    log.logger.info("")
    ours, theirs = caplog.records
    assert vars(ours).keys() == vars(theirs).keys()
    assert (ours.levelname, ours.threadName) == ("INFO", threading.current_thread().name)
    assert before <= ours.created <= theirs.created
    between = 1000 * (theirs.created - ours.created)
    assert theirs.relativeCreated - ours.relativeCreated == pytest.approx(between, abs=1)
    assert abs(ours.msecs - ours.created % 1 * 1000) < 1
