"""What Python itself complains of. Specification: functions-python section 8.3."""

import gc
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest

from webpubsub.host.logs.interpreter_errors import log_interpreter_errors


@pytest.fixture(autouse=True)
def _complaining(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    log_interpreter_errors()
    yield
    logging.captureWarnings(False)


def test_a_thread_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """Is one record with its traceback; one that ends itself is none."""
    for action in (lambda: 1 // 0, sys.exit):
        thread = threading.Thread(target=action, name="busy")
        thread.start()
        thread.join()
    (record,) = caplog.records
    assert record.getMessage() == "Exception in thread busy"
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


def test_what_nobody_can_catch(caplog: pytest.LogCaptureFixture) -> None:
    """Says where it was."""

    class Bad:
        def __del__(self) -> None:
            raise ValueError("why")

    Bad()
    gc.collect()
    (record,) = (one for one in caplog.records if "Bad.__del__" in one.getMessage())
    assert record.exc_info is not None
    assert record.exc_info[0] is ValueError


def test_warnings(caplog: pytest.LogCaptureFixture) -> None:
    """As far as they are shown at all."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("mind the gap", UserWarning, stacklevel=1)
    assert "UserWarning: mind the gap" in caplog.text
