"""Data of replies and actions that is not sent as it looks. Specification: bindings sections 5.4,
8.3 and 8.4."""

from collections.abc import Mapping
from typing import Any

from webpubsub.protocol import traps
from webpubsub.protocol.binding_json import is_guid, is_json, shown
from webpubsub.protocol.messages import DataType
from webpubsub.protocol.traps import Tell


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
