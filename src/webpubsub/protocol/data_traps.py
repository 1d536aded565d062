"""Data of replies and actions that is not sent as it looks. Specification: bindings sections 5.4,
8.3 and 8.4, functions-python section 4.5."""

import re
from collections.abc import Mapping
from typing import Any

from webpubsub.protocol import traps
from webpubsub.protocol.binding_json import is_guid, is_json, shown
from webpubsub.protocol.messages import DataType
from webpubsub.protocol.traps import Tell

#: A whole string of JSON, not of JSON within a string, that .NET reads as a date.
_DATE = re.compile(
    r'(?<!\\)"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?|\\?/Date\([^"]*\)\\?/)"'
)


def tell_of_dates(text: str, tell: Tell) -> None:
    """Tell of strings in the JSON text of actions that the host would read as dates."""
    if _DATE.search(text):
        tell(traps.DATA_DATE, "set actions as text in which a string has the form of a date")


def tell_of_data(kind: DataType, data: Any, tell: Tell) -> None:
    """Tell of the trap in the member ``data``, if there is one."""
    if isinstance(data, str):
        if kind is DataType.JSON and not is_json(data):
            tell(traps.DATA_JSON, "gave 'data' that is marked as json and is not JSON text")
    elif isinstance(data, Mapping) and "type" in data:
        _tell_of_buffer(data, tell)
    else:
        tell(traps.DATA_OBJECT, f"gave 'data' that is {_kind(data)}")


def _tell_of_buffer(data: Mapping[str, Any], tell: Tell) -> None:
    if str(data["type"]).lower() != "buffer":
        tell(traps.DATA_BUFFER, "gave 'data' that is an object with a 'type' other than 'Buffer'")
    elif isinstance(data.get("data"), str) and is_guid(data["data"]):
        tell(traps.DATA_GUID, "gave a Buffer whose 'data' has the form of a GUID")


def _kind(data: Any) -> str:
    """What it is, and nothing of what is in it."""
    return "a number" if type(data) in (int, float) else shown(data)
