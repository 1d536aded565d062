"""A category of the log that has something to say of every event of every client.

Its records are made from a template: looking up the line of code that logs, as ``Logger.info``
does, would cost more than the event. When nobody but the console would take a record, which writes
a line and forgets it, none is made at all.
"""

import logging
import time
from abc import abstractmethod
from typing import Any


class LineHandler(logging.Handler):
    """A handler that can do without records, unless it ``needs_records`` after all."""

    needs_records = False

    @abstractmethod
    def show(self, category: str, level: int, message: str, arguments: tuple[Any, ...]) -> None:
        """Take what ``message % arguments`` is as if there were a record of it, made here and
        now."""

    @abstractmethod
    def show_later(
        self, category: str, level: int, message: str, arguments: tuple[Any, ...]
    ) -> None:
        """Take it in the same way, but show it when there is time: before anything that is taken
        after it."""


class BusyLog:
    """Logs information in the category of that name."""

    def __init__(self, category: str) -> None:
        self.logger = logging.getLogger(category)
        self._category = category
        self._records = _Records(self.logger)

    def info(self, message: str, arguments: tuple[Any, ...]) -> None:
        """Log what ``message % arguments`` is."""
        if self.logger.isEnabledFor(logging.INFO):
            taker = _only_handler(self.logger) or self._records
            taker.show(self._category, logging.INFO, message, arguments)

    def info_later(self, message: str, arguments: tuple[Any, ...]) -> None:
        """The same of something that is over, for whose line nobody should have to wait."""
        if self.logger.isEnabledFor(logging.INFO):
            taker = _only_handler(self.logger) or self._records
            taker.show_later(self._category, logging.INFO, message, arguments)


class _Records:
    """Takes lines where records are wanted: has the logger hand on one of each, at once."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        record = logger.makeRecord(logger.name, logging.INFO, __file__, 0, "", (), None)
        self._template = vars(record)

    def show(self, _category: str, _level: int, message: str, arguments: tuple[Any, ...]) -> None:
        """Category and level are those of the template."""
        self._logger.handle(self._record(message, arguments))

    show_later = show

    def _record(self, message: str, arguments: tuple[Any, ...]) -> logging.LogRecord:
        record = logging.LogRecord.__new__(logging.LogRecord)
        members = vars(record)
        members.update(self._template)
        created = time.time()
        members["relativeCreated"] += (created - members["created"]) * 1000
        record.created = created
        record.msecs = created % 1 * 1000
        record.msg = message
        record.args = arguments
        return record


def _only_handler(logger: logging.Logger) -> LineHandler | None:
    """The handler that takes what a logger says, if there is just one and a line is all it asks
    for."""
    if logger.filters:
        return None
    found: logging.Handler | None = None
    place: logging.Logger | None = logger
    while place is not None:
        handlers = place.handlers
        if handlers:
            if found is not None or len(handlers) > 1:
                return None
            found = handlers[0]
        place = place.parent if place.propagate else None
    if isinstance(found, LineHandler) and not (found.needs_records or found.filters):
        return found
    return None
