"""Each trap is said once per function."""

import pytest

from webpubsub.host.extensions.webpubsub.trap_log import TrapLog
from webpubsub.protocol import traps


def test_once_per_function_and_trap(caplog: pytest.LogCaptureFixture) -> None:
    """Another function, another trap, and an app that was read again are told of anew."""
    first, again = TrapLog(), TrapLog()
    for log, function, trap in (
        (first, "f", traps.ANSWER_TEXT),
        (first, "f", traps.ANSWER_TEXT),
        (first, "g", traps.ANSWER_TEXT),
        (first, "f", traps.ANSWER_LIST),
        (again, "f", traps.ANSWER_TEXT),
    ):
        log.of(function)(trap, "did so")
    assert [record.getMessage().partition(" did")[0] for record in caplog.records] == [
        "trap.answer.text: function 'f'",
        "trap.answer.text: function 'g'",
        "trap.answer.list: function 'f'",
        "trap.answer.text: function 'f'",
    ]
    assert {record.levelname for record in caplog.records} == {"WARNING"}
