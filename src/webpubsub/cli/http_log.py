"""A client's malformed HTTP is a line in the log, not a traceback."""

import logging

_SERVER_LOGGER = "aiohttp.server"


def shorten_http_log() -> None:
    """Have aiohttp say in one line, as a warning, that what arrived was not HTTP."""
    logging.getLogger(_SERVER_LOGGER).addFilter(_shortened)


def _shortened(record: logging.LogRecord) -> bool:
    from aiohttp.http_exceptions import HttpProcessingError

    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        reason = " ".join(str(error.message).split())
        record.msg, record.args = "A client sent what is not HTTP: %s", (reason,)
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = None
    return True
