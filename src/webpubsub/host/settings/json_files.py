"""JSON files that people write: comments are tolerated, mistakes are named with their position."""

import json
from pathlib import Path
from typing import Any

from webpubsub.protocol.json_comments import without_comments


class JsonFileError(Exception):
    """A file is not a JSON object; the text names the file and, where known, the position."""


def read_json_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file that may hold ``//`` and ``/* */`` comments and a byte order mark.

    Raises JsonFileError, or FileNotFoundError when there is no such file. Numbers keep their Python
    types.
    """
    try:
        text = path.read_text("utf-8-sig")
        value = json.loads(without_comments(text))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise JsonFileError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise JsonFileError(f"{path} is not UTF-8: {error.reason}") from None
    except json.JSONDecodeError as error:
        position = f"line {error.lineno} column {error.colno}"
        raise JsonFileError(f"{path} is not valid JSON: {error.msg} at {position}") from None
    except RecursionError:
        raise JsonFileError(f"{path} is JSON that nests too deeply") from None
    except ValueError:
        raise JsonFileError(f"{path} has a number with thousands of digits") from None
    if not isinstance(value, dict):
        raise JsonFileError(f"{path} must hold a JSON object, not {_kind(value)}")
    return value


def _kind(value: object) -> str:
    names: dict[type, str] = {list: "an array", str: "a string", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")
