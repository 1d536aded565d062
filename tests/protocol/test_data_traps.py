"""Data that is not sent as it looks.

Specification: bindings sections 5.4, 8.3 and 8.4, functions-python section 4.5.
"""

import json
from typing import Any

import pytest

from webpubsub.protocol import traps
from webpubsub.protocol.data_traps import tell_of_data, tell_of_dates
from webpubsub.protocol.messages import DataType
from webpubsub.protocol.traps import Trap

GUID = "00112233-4455-6677-8899-aabbccddeeff"


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        (DataType.TEXT, "hi", None),
        (DataType.TEXT, GUID, None),
        (DataType.JSON, '{"a": 1}', None),
        (DataType.JSON, "hello", traps.DATA_JSON),
        (DataType.JSON, "", traps.DATA_JSON),
        (DataType.BINARY, {"type": "Buffer", "data": "aGk="}, None),
        (DataType.BINARY, {"type": "buffer", "data": [1]}, None),
        (DataType.BINARY, {"type": "Buffer", "data": GUID}, traps.DATA_GUID),
        (DataType.TEXT, {"type": "chat", "text": "hi"}, traps.DATA_BUFFER),
        (DataType.BINARY, {"type": "x", "data": "aGk="}, traps.DATA_BUFFER),
        (DataType.TEXT, {"text": "hi"}, traps.DATA_OBJECT),
        (DataType.TEXT, [1], traps.DATA_OBJECT),
        (DataType.TEXT, 1234, traps.DATA_OBJECT),
        (DataType.TEXT, None, traps.DATA_OBJECT),
    ],
)
def test_traps_of_data(kind: DataType, data: Any, expected: Trap | None) -> None:
    """Each kind of data that Azure reads otherwise, or not at all; its content is not shown."""
    told: list[tuple[Trap, str]] = []
    tell_of_data(kind, data, lambda trap, seen: told.append((trap, seen)))
    assert [trap for trap, _ in told] == ([] if expected is None else [expected])
    assert "hi" not in "".join(seen for _, seen in told)
    assert "1234" not in "".join(seen for _, seen in told)


@pytest.mark.parametrize(
    ("value", "is_date"),
    [
        ("2026-11-26T04:00:00", True),
        ("2026-11-26T04:00:00Z", True),
        ("2026-11-26T04:00:00.123456+01:00", True),
        ("/Date(1198908717056)/", True),
        ("2026-11-26", False),
        ("at 2026-11-26T04:00:00Z", False),
        ("2026-11-26T04:00:00Z!", False),
        (json.dumps({"at": "2026-11-26T04:00:00Z"}), False),
        (1198908717056, False),
    ],
)
def test_text_that_looks_like_a_date(value: Any, is_date: bool) -> None:
    """As a whole string of actions in JSON text, not as a part of one or in the JSON of its
    data."""
    told: list[tuple[Trap, str]] = []
    text = json.dumps([{"actionName": "sendToAll", "data": value}])
    tell_of_dates(text, lambda trap, seen: told.append((trap, seen)))
    assert [trap for trap, _ in told] == ([traps.DATA_DATE] if is_date else [])
    assert "2026" not in "".join(seen for _, seen in told)
