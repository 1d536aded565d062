"""Small function apps, written to a folder."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

HEADER = """
import azure.functions as func
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
"""
TRIGGER = '@app.generic_trigger(arg_name="request", type="webPubSubTrigger", hub="h")\n'
OUTPUT = '@app.generic_output_binding(arg_name="out", type="webPubSub", hub="h")\n'

#: The raw bindings of a function with a trigger alone.
TRIGGER_JSON = {"type": "webPubSubTrigger", "direction": "in", "name": "request", "hub": "h"}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Files by their path below the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder


def write_app(folder: Path, source: str) -> Path:
    """An app with decorators: its one file, after the lines that every such app begins with."""
    return write(folder, {"function_app.py": HEADER + dedent(source)})


def function_json(*bindings: dict[str, Any], **members: Any) -> str:
    """The text of a function.json; without bindings, it has a trigger alone."""
    return json.dumps({"bindings": list(bindings) or [TRIGGER_JSON], **members})
