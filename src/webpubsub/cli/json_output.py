"""What a command says, as one JSON object a line, for programs that read it.

Every object has ``time``, ``level`` (a .NET log level), ``category`` and ``message``, and
``exception``, ``function``, ``invocationId``, ``hub`` and ``connectionId`` where there is one.
``traceId`` and ``spanId`` are of the trace that it belongs to, while somebody looks.
"""

import io
import json
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

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


class JsonLines(io.TextIOBase):
    """A text stream on which each line that is written becomes a record's line on another one."""

    def __init__(self, stream: TextIO, formatter: logging.Formatter) -> None:
        self._stream = stream
        self._formatter = formatter
        self._begun = ""

    def write(self, text: str) -> int:
        """Take a text; what is no whole line yet waits for the rest of it."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in filter(str.strip, lines):
            record = logging.LogRecord("print", logging.INFO, "", 0, line.strip(), None, None)
            self._stream.write(f"{self._formatter.format(record)}\n")
        return len(text)

    def flush(self) -> None:
        """Write out what is whole."""
        self._stream.flush()

    def writable(self) -> bool:
        """It is there to be written to."""
        return True


def speak_json(formatter: logging.Formatter) -> TextIO:
    """Have the standard output hold JSON lines from now on, whoever prints; the stream that it was
    is what a log writes to."""
    stream = sys.stdout
    sys.stdout = JsonLines(stream, formatter)
    return stream


def _whereabouts(record: logging.LogRecord) -> dict[str, str]:
    from webpubsub.protocol.trace_context import current_span

    known = ((member, getattr(record, name, None)) for name, member in _MEMBERS)
    found = {member: value for member, value in known if isinstance(value, str)}
    span = current_span.get()
    return found if span is None else {**found, "traceId": span.trace_id, "spanId": span.span_id}


def _time(created: float) -> str:
    moment = datetime.fromtimestamp(created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
