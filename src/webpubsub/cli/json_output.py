"""What a command says, as one JSON object a line, for programs that read it.

Every object has ``time``, ``level`` (a .NET log level), ``category`` and ``message``, and
``exception``, ``function``, ``invocationId``, ``hub`` and ``connectionId`` where there is one.
``traceId`` and ``spanId`` are of the trace that it belongs to, while somebody looks.
"""

import atexit
import json
import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TextIO

from webpubsub.cli.descriptor_capture import DescriptorCapture
from webpubsub.host.logs.interpreter_errors import log_interpreter_errors
from webpubsub.host.logs.line_stream import LineStream

_LEVELS = (
    (logging.CRITICAL, "Critical"),
    (logging.ERROR, "Error"),
    (logging.WARNING, "Warning"),
    (logging.INFO, "Information"),
    (logging.DEBUG, "Debug"),
)
#: What records of the service have beside their text, and how it is called here.
_MEMBERS = (("hub", "hub"), ("connection_id", "connectionId"))
_SILENT: Mapping[str, Any] = {}


class JsonFormatter(logging.Formatter):
    """Makes a line of a record. ``category`` names what a record belongs to, ``context`` what else
    is known where it is made."""

    def __init__(
        self,
        category: Callable[[logging.LogRecord], str],
        context: Callable[[], Mapping[str, Any]] = lambda: _SILENT,
    ) -> None:
        super().__init__()
        self._category = category
        self._context = context

    def format(self, record: logging.LogRecord) -> str:
        """The object, without the end of the line."""
        members = {
            "time": _time(record.created),
            "level": next((name for least, name in _LEVELS if record.levelno >= least), "Trace"),
            "category": self._category(record),
            "message": record.getMessage(),
            **self._context(),
            **_whereabouts(record),
        }
        if record.exc_info and record.exc_info[0] is not None:
            members["exception"] = self.formatException(record.exc_info)
        return json.dumps(members, ensure_ascii=False)


class JsonLines(LineStream):
    """A text stream on which each line that is written becomes a record's line on another one, of
    this ``level``."""

    def __init__(
        self,
        stream: TextIO,
        formatter: logging.Formatter,
        original: TextIO | None = None,
        *,
        level: int = logging.INFO,
    ) -> None:
        super().__init__(original)
        self._stream = stream
        self._formatter = formatter
        self._level = level

    def take(self, lines: str) -> None:
        """Write lines."""
        for line in filter(str.strip, lines.split("\n")):
            record = logging.LogRecord("print", self._level, "", 0, line.strip(), None, None)
            self._stream.write(f"{self._formatter.format(record)}\n")

    def flush(self) -> None:
        """Write out what is whole."""
        super().flush()
        self._stream.flush()


def speak_json(formatter: logging.Formatter) -> TextIO:
    """Have the standard output hold JSON lines from now on, whoever writes to it, child processes
    included, and the standard error whatever Python writes there; what is returned is for a log to
    write to."""
    capture = _capture_of(sys.stdout)
    stream = sys.stdout if capture is None else capture.stream
    printed = JsonLines(stream, formatter, None if capture is None else sys.stdout)
    errors = JsonLines(sys.stderr, formatter, sys.stderr, level=logging.WARNING)
    sys.stdout, sys.stderr = printed, errors
    log_interpreter_errors()
    if capture is not None:
        _begin(capture, JsonLines(stream, formatter))
    # Registered ahead of anything of the app's, it runs after all that.
    atexit.register(_end, printed, errors)
    return stream


def _capture_of(stream: TextIO) -> DescriptorCapture | None:
    """None for a stream that has no file descriptor."""
    try:
        return DescriptorCapture(stream.fileno())
    except OSError:
        return None


def _begin(capture: DescriptorCapture, past: JsonLines) -> None:
    capture.begin(past.write)
    atexit.register(_end, past)
    atexit.register(capture.end)


def _end(*streams: JsonLines) -> None:
    for stream in streams:
        with suppress(OSError):  # nobody may read it any more
            stream.flush()
            stream.end()


def _whereabouts(record: logging.LogRecord) -> dict[str, str]:
    from webpubsub.protocol.trace_context import current_span

    known = ((member, getattr(record, name, None)) for name, member in _MEMBERS)
    found = {member: value for member, value in known if isinstance(value, str)}
    span = current_span.get()
    return found if span is None else {**found, "traceId": span.trace_id, "spanId": span.span_id}


def _time(created: float) -> str:
    moment = datetime.fromtimestamp(created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
