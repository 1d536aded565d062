"""Which event loop functions run on. Specification: functions-python section 8.1."""

import sys

import pytest
import uvloop

from webpubsub.host.workers.loops import fastest_loop


def test_uvloop_is_taken_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """And that of Python where it is not."""
    assert fastest_loop() is uvloop.new_event_loop
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert fastest_loop() is None
