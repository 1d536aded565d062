"""The log as users of the official tool know it.

Specification: functions-python sections 8.3 and 13.2.
"""

import asyncio
import io
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping

import pytest

from webpubsub.host.current_invocation import CurrentInvocation, current_invocation
from webpubsub.host.logs.console_log import (
    CategoryLevels,
    ConsoleLog,
    category_of,
    install_console_log,
)
from webpubsub.host.settings.host_config import HostConfig

ROOT = logging.getLogger()
LINE = re.compile(r"\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] (.*)")


class Terminal(io.StringIO):
    """A stream with colours that counts how often it is flushed."""

    def __init__(self, *, is_terminal: bool = False) -> None:
        super().__init__()
        self.flushed = 0
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def flush(self) -> None:
        self.flushed += 1
        super().flush()

    def messages(self) -> list[str]:
        """The lines without their timestamps, which every one of them has."""
        matches = [LINE.fullmatch(line) for line in self.getvalue().splitlines()]
        return [match[1] if match else "no timestamp" for match in matches]


Install = Callable[..., Terminal]


@pytest.fixture
def install() -> Iterator[Install]:
    """Installs the log on a terminal, and takes it back after the test, the last one first."""
    installed: list[Callable[[], None]] = []

    def install_on_terminal(
        levels: Mapping[str, str] | None = None, *, verbose: bool = False, colors: bool = False
    ) -> Terminal:
        terminal = Terminal(is_terminal=colors)
        config = HostConfig(log_levels=levels or {})
        installed.append(install_console_log(config, terminal, verbose))
        return terminal

    yield install_on_terminal
    for uninstall in reversed(installed):
        uninstall()


@pytest.fixture
def in_invocation() -> Iterator[None]:
    """The test is code of a function called echo."""
    token = current_invocation.set(CurrentInvocation("1", "echo"))
    yield
    current_invocation.reset(token)


@pytest.mark.parametrize(
    ("name", "outside", "inside"),
    [
        ("Function.echo", "Function.echo", "Function.echo"),
        ("root", "Function.User", "Function.echo.User"),
        ("mine.own", "Function.User", "Function.echo.User"),
        ("webpubsub.host.host", "Host", "Host"),
        ("webpubsub.host.timers", "Host.Triggers.Timer", "Host.Triggers.Timer"),
        ("webpubsub.host.http.listener", "Host.Triggers.Http", "Host.Triggers.Http"),
        ("webpubsub.host.http_like", "Host", "Host"),
        *(
            (f"webpubsub.host.extensions.{name}", f"Host.Triggers.{part}", f"Host.Triggers.{part}")
            for name, part in (("timer.clock", "Timer"), ("webpubsub.webhook", "WebPubSub"))
        ),
        ("webpubsub.composition.local_app", "Host", "Host"),
        ("azure_functions_worker.x", "Host", "Host"),
        ("azure_functions_runtime", "Host", "Host"),
        ("webpubsub.service.hub.x", "Host.Service", "Host.Service"),
        ("azure.functions.x", "Host", "Host"),
        ("azure.identity", "Function.User", "Function.echo.User"),
        ("aiohttp.client", "Host", "Function.echo.User"),
    ],
)
def test_categories(name: str, outside: str, inside: str) -> None:
    """Who logs decides, and for code of the app which invocation it belongs to. Section 8.3."""
    record = logging.LogRecord(name, logging.INFO, "", 0, "", (), None)
    assert category_of(record) == outside
    token = current_invocation.set(CurrentInvocation("1", "echo"))
    assert category_of(record) == inside
    current_invocation.reset(token)


@pytest.mark.parametrize(
    ("rules", "verbose", "category", "expected"),
    [
        ({}, False, "Function.echo", logging.INFO),
        ({}, False, "Function.echo.User", logging.INFO),
        ({}, False, "Host", logging.WARNING),
        ({}, True, "Host", logging.INFO),
        ({"default": "error"}, False, "Function.echo", logging.ERROR),
        ({"default": "error"}, True, "Host", logging.ERROR),
        ({"Function": "warning"}, False, "Function.echo.User", logging.WARNING),
        (
            {"function.ECHO": "debug", "Function": "none"},
            False,
            "Function.echo.User",
            logging.DEBUG,
        ),
        ({"Function.echo": "debug", "Function.echo.User": "critical"}, False, "Function.echo", 10),
        (
            {"Function.echo": "debug", "Function.echo.User": "critical"},
            False,
            "Function.echo.User",
            50,
        ),
        ({"Function.other": "none", "default": "trace"}, False, "Function.echo", 5),
        ({"Host": "trace"}, False, "Host", 5),
        ({"Host": "error", "Host.Triggers": "debug"}, False, "Host.Triggers.Timer", 10),
        ({"Host": "error", "Host.Triggers": "debug"}, False, "Host.Service", 40),
        ({"Host.Triggers.Timer": "debug"}, False, "Host", 30),
    ],
)
def test_the_longest_rule_decides(
    rules: Mapping[str, str], verbose: bool, category: str, expected: int
) -> None:
    """Then ``default``, then what the official tool shows. Section 13.2."""
    assert CategoryLevels(rules, verbose=verbose).of(category) == expected


def test_a_line_has_a_timestamp(install: Install) -> None:
    """UTC, milliseconds, Z. Section 13.2."""
    terminal = install()
    logging.getLogger("Function.echo").info("Executing '%s'", "Functions.echo")
    assert terminal.messages() == ["Executing 'Functions.echo'"]


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock on the wall does not show UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
def test_the_timestamp_is_that_of_the_record(install: Install) -> None:
    """To the millisecond, also when the second changes, and in UTC wherever the machine is."""
    terminal = install()
    for created in (0.25, 0.9995, 1.0, 86400.001):
        record = logging.LogRecord("root", logging.INFO, "", 0, "x", (), None)
        record.created = created
        logging.getLogger().handle(record)
    assert terminal.getvalue() == (
        "[1970-01-01T00:00:00.250Z] x\n"
        "[1970-01-01T00:00:00.999Z] x\n"
        "[1970-01-01T00:00:01.000Z] x\n"
        "[1970-01-02T00:00:00.001Z] x\n"
    )


def test_every_line_of_a_message_has_a_timestamp(install: Install) -> None:
    """Tracebacks too, so that nothing a user logs can look like a line of another."""
    terminal = install()
    try:
        raise ValueError("why")
    except ValueError:
        ROOT.exception("it\nfailed")
    messages = terminal.messages()
    assert messages[:3] == ["it", "failed", "Traceback (most recent call last):"]
    assert messages[-1] == "ValueError: why"


@pytest.mark.usefixtures("in_invocation")
def test_what_functions_log_is_shown(install: Install) -> None:
    """From Information on, whichever logger it uses; host.json may say otherwise. Section 8.3."""
    terminal = install({"Function.quiet": "none"})
    ROOT.info("of the root logger")
    logging.getLogger("mine").warning("of an own logger")
    ROOT.debug("not shown")
    current_invocation.set(CurrentInvocation("2", "quiet"))
    ROOT.error("not shown either")
    assert terminal.messages() == ["of the root logger", "of an own logger"]


@pytest.mark.parametrize(("verbose", "shown"), [(False, []), (True, ["of the host"])])
def test_the_host_is_quiet_unless_asked(install: Install, verbose: bool, shown: list[str]) -> None:
    """Its warnings are shown in any case. Section 13.2."""
    terminal = install(verbose=verbose)
    logging.getLogger("webpubsub.host").info("of the host")
    assert terminal.messages() == shown
    logging.getLogger("webpubsub.host").warning("a warning")
    assert terminal.messages() == [*shown, "a warning"]


@pytest.mark.parametrize(
    ("rules", "logger", "enabled"),
    [
        ({}, "Function.echo", True),
        ({"Function": "warning"}, "Function.echo", False),
        ({"Function": "warning", "Function.echo.User": "information"}, "Function.echo", True),
        ({"default": "warning"}, "Function.echo", False),
        ({}, "aiohttp.access", False),
        ({}, "webpubsub.host.host", False),
        ({"Host": "information"}, "webpubsub.host.host", True),
    ],
)
def test_a_level_that_is_off_is_known_beforehand(
    install: Install, rules: Mapping[str, str], logger: str, enabled: bool
) -> None:
    """The logger itself says no, so that no record is made."""
    install(rules)
    assert logging.getLogger(logger).isEnabledFor(logging.INFO) is enabled


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((value, []) for value in ("", "0", "false", "on", "2")),
        *((value, ["x"]) for value in ("1", "true", "True", "t", "yes", "Yes", "y")),
    ],
)
def test_debug_logging_is_a_setting(
    install: Install, monkeypatch: pytest.MonkeyPatch, value: str, shown: list[str]
) -> None:
    """Of the real worker; host.json must allow it, too. Section 8.3."""
    monkeypatch.setenv("PYTHON_ENABLE_DEBUG_LOGGING", value)
    terminal = install({"Function": "debug"})
    ROOT.debug("x")
    assert terminal.messages() == shown


async def test_a_turn_of_the_loop_flushes_once(install: Install) -> None:
    """However many lines it wrote, when what it sends has been written; outside of a loop each line
    is flushed."""
    terminal = install()
    for _ in range(5):
        ROOT.info("x")
    await asyncio.sleep(0)
    assert terminal.flushed == 0
    await asyncio.sleep(0)
    assert terminal.flushed == 1
    await asyncio.to_thread(ROOT.info, "from a thread")
    assert terminal.flushed == 2
    assert len(terminal.messages()) == 6


@pytest.mark.parametrize(
    ("level", "color"),
    [(logging.ERROR, "\x1b[31m"), (logging.WARNING, "\x1b[33m"), (logging.INFO, "")],
)
def test_colors_on_a_terminal(
    install: Install, monkeypatch: pytest.MonkeyPatch, level: int, color: str
) -> None:
    """Errors and warnings, unless NO_COLOR is set."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    colored = install(colors=True)
    ROOT.log(level, "x")
    assert colored.getvalue().startswith(f"{color}[")
    assert colored.getvalue().endswith("\x1b[0m\n") is bool(color)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = install(colors=True)
    ROOT.log(level, "x")
    assert "\x1b" not in plain.getvalue()


def test_uninstalling_takes_everything_back() -> None:
    """Handlers and levels are as before."""
    names = ("", "Function", "webpubsub", "aiohttp.access")

    def state() -> list[object]:
        loggers = [logging.getLogger(name) for name in names]
        return [logging.getLogger().handlers[:], *(logger.level for logger in loggers)]

    before = state()
    uninstall = install_console_log(HostConfig(), Terminal(), False)
    assert state() != before
    uninstall()
    assert state() == before


def test_the_log_follows_another_host_json() -> None:
    """A reloaded app may have other levels; each record is shown once."""
    terminal = Terminal()
    log = ConsoleLog(HostConfig(), terminal, verbose=False)
    try:
        logging.getLogger("Function.x").info("first")
        levels = {"logLevel": {"Function": "Warning"}}
        log.follow(HostConfig.from_document({"version": "2.0", "logging": levels}))
        logging.getLogger("Function.x").info("second")
        logging.getLogger("Function.x").warning("third")
        assert terminal.messages() == ["first", "third"]
    finally:
        log.close()


def test_a_message_that_cannot_be_made_is_no_failure(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python tells the user which call of logging it was."""
    terminal = install()
    record = logging.LogRecord("root", logging.INFO, "", 0, "%d", ("not a number",), None)
    ROOT.handlers[-1].handle(record)
    assert terminal.messages() == []
    assert "not a number" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("category", "level"),
    [
        ("Function.f.User", logging.ERROR),
        ("Function.User", logging.ERROR),
        ("Function.f", logging.INFO),
        ("Host", logging.WARNING),
    ],
)
def test_a_level_for_code_of_the_app_wins_over_rules(category: str, level: int) -> None:
    """It says nothing of the host and of invocations. Specification: functions-python section
    13.1."""
    rules = {"Function": "information", "Function.f.User": "debug"}
    assert CategoryLevels(rules, user="error").of(category) == level
