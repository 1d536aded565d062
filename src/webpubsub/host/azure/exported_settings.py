"""The settings of an app on Azure, in a file as its tools write them.

``az functionapp config appsettings list`` writes an array of objects with name and value; a plain
object of names and values is read, and a local.settings.json with its ``Values``.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from webpubsub.host.errors import HostError

_EXPECTED = (
    "an array of objects with 'name' and 'value', as 'az functionapp config appsettings list' "
    "writes it, or an object of names and values"
)


def read_exported_settings(path: Path) -> Mapping[str, str]:
    """The settings by name. Raises HostError for a file that holds none."""
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise HostError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise HostError(f"{path} is not valid JSON ({error}), and must hold {_EXPECTED}.") from None
    settings = _by_name(document)
    if settings is None:
        raise HostError(f"{path} must hold {_EXPECTED}.")
    return settings


def _by_name(document: object) -> Mapping[str, str] | None:
    if isinstance(document, list):
        if not all(
            isinstance(item, Mapping) and isinstance(item.get("name"), str) for item in document
        ):
            return None
        return _texts({item["name"]: item.get("value") for item in document})
    if isinstance(document, Mapping):
        return _texts(document.get("Values", document))
    return None


def _texts(values: object) -> Mapping[str, str] | None:
    if not isinstance(values, Mapping):
        return None
    if any(isinstance(value, Mapping | list) for value in values.values()):
        return None
    return {name: str(value) for name, value in values.items() if value is not None}
