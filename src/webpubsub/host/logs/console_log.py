"""What a running app logs, as lines that users of ``func start`` know.

A record belongs to a category: ``Function.NAME`` when the host tells of an invocation,
``Function.NAME.User`` when code of the app logs during one, ``Function.User`` when it logs outside
of every one, and ``Host`` for everything else. host.json decides by category which levels are
shown. Specification: functions-python sections 8.3, 10.1 and 13.2.
"""

import asyncio
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TextIO

import msgspec

from webpubsub.host.current_invocation import invocation_here
from webpubsub.host.logs.afterwards import Afterwards
from webpubsub.host.logs.busy_log import LineHandler
from webpubsub.host.settings.host_config import HostConfig

_LEVELS: Final[Mapping[str, int]] = {
    "trace": 5,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": 1000,
}
_HOST: Final = "Host"
_FUNCTION: Final = "Function"
_USER: Final = ".user"
#: The parts of the host that have a category of their own, by the beginning of a logger's name.
_HOST_PARTS: Final = {
    "webpubsub.host.timers": "Host.Triggers.Timer",
    "webpubsub.host.extensions.timer": "Host.Triggers.Timer",
    "webpubsub.host.http": "Host.Triggers.Http",
    "webpubsub.host.extensions.webpubsub": "Host.Triggers.WebPubSub",
    "webpubsub.service": "Host.Service",
}
#: Loggers whose records are the host's own wherever they are made.
_HOST_LOGGERS: Final = frozenset({"webpubsub", "azure_functions_worker", "azure_functions_runtime"})
#: Loggers of libraries that the host and apps both use: outside of invocations, they are the host.
_SHARED_LOGGERS: Final = frozenset({"aiohttp", "asyncio", "concurrent", "picows"})
#: Loggers that are asked on every request or invocation, and so are told the level beforehand.
_BUSY_LOGGERS: Final = ("webpubsub", "aiohttp.access")
_DEBUG_SETTING: Final = "PYTHON_ENABLE_DEBUG_LOGGING"
_TRUE: Final = frozenset({"1", "true", "t", "yes", "y"})
_COLORS: Final = ((logging.ERROR, "\x1b[31m"), (logging.WARNING, "\x1b[33m"))


def install_console_log(
    config: HostConfig,
    stream: TextIO,
    verbose: bool,
    formatter: logging.Formatter | None = None,
) -> Callable[[], None]:
    """Show the log on a stream; ``verbose`` shows what the host itself does, too. A ``formatter``
    makes one line of each record.

    What is returned takes everything back.
    """
    levels = CategoryLevels(config.log_levels, verbose=verbose, user=config.user_log_level)
    handler = ConsoleHandler(stream, levels, formatter)
    undo = [_set_level(name, level) for name, level in _logger_levels(levels).items()]
    logging.getLogger().addHandler(handler)

    def uninstall() -> None:
        logging.getLogger().removeHandler(handler)
        for restore in undo:
            restore()
        handler.close()

    return uninstall


class ConsoleLog:
    """The log on a stream, by the host.json of the app that serves."""

    def __init__(
        self,
        config: HostConfig,
        stream: TextIO,
        *,
        verbose: bool,
        formatter: logging.Formatter | None = None,
    ) -> None:
        self._stream = stream
        self._verbose = verbose
        self._formatter = formatter
        self._uninstall = install_console_log(config, stream, verbose, formatter)

    def follow(self, config: HostConfig) -> None:
        """Go by another host.json from now on."""
        self._uninstall()
        self._uninstall = install_console_log(config, self._stream, self._verbose, self._formatter)

    def close(self) -> None:
        """Show nothing more."""
        self._uninstall()


class CategoryLevels:
    """Which levels of a category are shown: ``user`` for code of the app, if given; else the rule
    of host.json with the longest prefix of its name decides, then ``default``, then Information for
    functions and Warning for the host."""

    def __init__(
        self, rules: Mapping[str, str], *, verbose: bool = False, user: str | None = None
    ) -> None:
        self._rules = {category.lower(): _LEVELS[level] for category, level in rules.items()}
        self._default = self._rules.pop("default", None)
        self._host = logging.INFO if verbose else logging.WARNING
        self._user = None if user is None else _LEVELS[user]
        self._known: dict[str, int] = {}

    def of(self, category: str) -> int:
        """The least level of Python's logging that is shown."""
        level = self._known.get(category)
        if level is None:
            level = self._known[category] = self._found(category.lower())
        return level

    def least_below(self, category: str) -> int:
        """The least level that is shown of a category or any within it."""
        prefix = category.lower()
        within = (level for name, level in self._rules.items() if name.startswith(prefix))
        return min((self.of(category), *within))

    def _found(self, category: str) -> int:
        if self._user is not None and category.endswith(_USER):
            return self._user
        matching = [name for name in self._rules if category.startswith(name)]
        if matching:
            return self._rules[max(matching, key=len)]
        if self._default is not None:
            return self._default
        return logging.INFO if category.startswith(_FUNCTION.lower()) else self._host


class _LateLine(msgspec.Struct, frozen=True):
    """A line that nobody has to wait for."""

    created: float
    category: str
    level: int
    message: str
    arguments: tuple[Any, ...]


class ConsoleHandler(LineHandler):
    """Writes records as ``[2026-01-01T00:00:00.000Z] message``, each line of a message so.

    On an event loop the stream is flushed after a turn, however many lines there are. The first
    line of a turn that may be shown later is made then, too, unless another one comes before: when
    there is only one event, its client does not wait for it, and when there are many, to put off
    more would cost more.
    """

    def __init__(
        self, stream: TextIO, levels: CategoryLevels, formatter: logging.Formatter | None = None
    ) -> None:
        super().__init__()
        self._one_line = formatter
        self.needs_records = formatter is not None
        self._stream = stream
        self._levels = levels
        self._is_colored = stream.isatty() and "NO_COLOR" not in os.environ
        self._formatter = logging.Formatter()
        self._timestamps = Timestamps()
        #: At most one; whichever thread takes it writes it.
        self._late: deque[_LateLine] = deque()
        #: Whether there has been one since the last flush.
        self._was_late = False
        self._afterwards = Afterwards(self.flush)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record if its category shows its level."""
        if record.levelno < self._levels.of(category_of(record)):
            return
        try:
            self._write(self._lines(record))
            self._flush_soon()
        except Exception:
            self.handleError(record)

    def show(self, category: str, level: int, message: str, arguments: tuple[Any, ...]) -> None:
        """Write ``message % arguments``, on an event loop, if its category shows the level."""
        if level < self._levels.of(category):
            return
        try:
            self._write(self._timed(time.time(), level, message % arguments))
            self._afterwards.soon()
        except Exception:
            self._give_up(category, level, message)

    def show_later(
        self, category: str, level: int, message: str, arguments: tuple[Any, ...]
    ) -> None:
        """Write ``message % arguments`` on an event loop, when those have been answered who wait,
        if its category shows the level."""
        if self._was_late:
            self.show(category, level, message, arguments)
            return
        self._was_late = True
        self._late.append(_LateLine(time.time(), category, level, message, arguments))
        self._afterwards.soon()

    def flush(self) -> None:
        """Write out what may be late, and what the stream still holds."""
        self._was_late = False
        if self._stream.closed:
            return
        if self._late:
            self._write("")
        self._stream.flush()

    def close(self) -> None:
        """Flush, and let go; the stream stays open."""
        self.flush()
        super().close()

    def _flush_soon(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._stream.flush()
        else:
            self._afterwards.on(loop)

    def _write(self, text: str) -> None:
        self._stream.write(self._late_line() + text if self._late else text)

    def _late_line(self) -> str:
        try:
            line = self._late.popleft()
        except IndexError:  # another thread has it
            return ""
        if line.level < self._levels.of(line.category):
            return ""
        try:
            return self._timed(line.created, line.level, line.message % line.arguments)
        except Exception:
            self._give_up(line.category, line.level, line.message)
            return ""

    def _give_up(self, category: str, level: int, text: str) -> None:
        members = {"name": category, "levelno": level, "msg": text}
        self.handleError(logging.makeLogRecord(members))

    def _lines(self, record: logging.LogRecord) -> str:
        if self._one_line is not None:
            return f"{self._one_line.format(record)}\n"
        text = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            text = f"{text}\n{self._formatter.formatException(record.exc_info)}"
        if record.stack_info:
            text = f"{text}\n{record.stack_info}"
        return self._timed(record.created, record.levelno, text)

    def _timed(self, created: float, level: int, text: str) -> str:
        start = f"[{self._timestamps.of(created)}] "
        if "\n" in text:
            text = f"\n{start}".join(text.splitlines())
        color = self._color(level) if self._is_colored else ""
        return f"{color}{start}{text}\x1b[0m\n" if color else f"{start}{text}\n"

    def _color(self, level: int) -> str:
        return next((color for least, color in _COLORS if level >= least), "")


class Timestamps:
    """Seconds since the epoch as text, to the millisecond, of which each is written once."""

    def __init__(self) -> None:
        self._second = self._millisecond = (-1, "")

    def of(self, created: float) -> str:
        """Such as ``2026-01-01T00:00:00.000Z``."""
        known, number = self._millisecond, int(created * 1000)
        if known[0] != number:
            known = self._millisecond = (number, self._written(*divmod(number, 1000)))
        return known[1]

    def _written(self, second: int, millisecond: int) -> str:
        known = self._second
        if known[0] != second:
            text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            known = self._second = (second, text)
        # Three digits, without a format that has to be read first.
        return f"{known[1]}.{str(1000 + millisecond)[1:]}Z"


def category_of(record: logging.LogRecord) -> str:
    """The category of a record that is made here and now."""
    family = record.name.partition(".")[0]
    if family == _FUNCTION:
        return record.name
    if family in _HOST_LOGGERS or record.name.startswith("azure.functions"):
        return _host_category(record.name)
    invocation = invocation_here()
    if invocation is not None:
        return f"Function.{invocation.function_name}.User"
    return _HOST if family in _SHARED_LOGGERS else "Function.User"


@cache
def _host_category(logger: str) -> str:
    found = (part for name, part in _HOST_PARTS.items() if f"{logger}.".startswith(f"{name}."))
    return next(found, _HOST)


def root_level(environment: Mapping[str, str]) -> int:
    """The least level that reaches the log at all."""
    debug = environment.get(_DEBUG_SETTING, "").lower() in _TRUE
    return logging.DEBUG if debug else logging.INFO


def _logger_levels(levels: CategoryLevels) -> Mapping[str, int]:
    """What loggers are told beforehand, so that a level that is never shown costs nothing."""
    busy = dict.fromkeys(_BUSY_LOGGERS, levels.least_below(_HOST))
    return {"": root_level(os.environ), _FUNCTION: levels.least_below(_FUNCTION), **busy}


def _set_level(name: str, level: int) -> Callable[[], None]:
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(level)
    return lambda: logger.setLevel(before)
