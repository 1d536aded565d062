"""What Python itself complains of, as records of the log."""

import logging
import sys
import threading

_threads = logging.getLogger("threading")
_python = logging.getLogger("python")


def log_interpreter_errors() -> None:
    """Have warnings, failures of threads and exceptions that nobody can catch be logged from now
    on, each in one piece, instead of written to the standard error."""
    logging.captureWarnings(True)
    threading.excepthook = _thread_failed
    sys.unraisablehook = _unraisable


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_type is SystemExit or failure.exc_value is None:
        return
    name = "of an unknown name" if failure.thread is None else failure.thread.name
    trace = (failure.exc_type, failure.exc_value, failure.exc_traceback)
    _threads.error("Exception in thread %s", name, exc_info=trace)


def _unraisable(failure: "sys.UnraisableHookArgs") -> None:
    text = failure.err_msg or "Exception ignored in"
    if failure.exc_value is None:
        _python.error("%s: %r", text, failure.object)
        return
    trace = (failure.exc_type, failure.exc_value, failure.exc_traceback)
    _python.error("%s: %r", text, failure.object, exc_info=trace)
