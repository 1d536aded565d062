"""JSON files that people write: comments are tolerated, mistakes are named with their position."""

import json
import re
from pathlib import Path
from typing import Any

#: A string is matched first, so that what looks like a comment inside it stays.
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_NOT_NEWLINE = re.compile(r"[^\n]")


class JsonFileError(Exception):
    """A file is not a JSON object; the text names the file and, where known, the position."""


def read_json_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file that may hold ``//`` and ``/* */`` comments and a byte order mark.

    Raises JsonFileError, or OSError when the file cannot be read. Numbers keep their Python types.
    """
    try:
        text = path.read_text("utf-8-sig")
        value = json.loads(_without_comments(text))
    except UnicodeDecodeError as error:
        raise JsonFileError(f"{path} is not UTF-8: {error.reason}") from None
    except json.JSONDecodeError as error:
        position = f"line {error.lineno} column {error.colno}"
        raise JsonFileError(f"{path} is not valid JSON: {error.msg} at {position}") from None
    if not isinstance(value, dict):
        raise JsonFileError(f"{path} must hold a JSON object, not {_kind(value)}")
    return value


def _without_comments(text: str) -> str:
    """The text with comments turned into blanks, so that positions stay true."""
    return _STRING_OR_COMMENT.sub(_blank_comment, text)


def _blank_comment(match: re.Match[str]) -> str:
    found = match[0]
    return found if found.startswith('"') else _NOT_NEWLINE.sub(" ", found)


def _kind(value: object) -> str:
    names: dict[type, str] = {list: "an array", str: "a string", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")
