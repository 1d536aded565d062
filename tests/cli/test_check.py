"""``webpubsub check``: what is wrong with an app, here and on Azure.

Specification: functions-python sections 1 and 3.5, bindings sections 2 and 3.1.
And functions-python section 13.3.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.apps import HALF, write_app
from tests.cli.calls import call
from tests.cli.processes import EXAMPLES

#: Prints while it is imported, and has a trigger that gets nothing.
CHATTY = """
import azure.functions as func

print("a line of the app")
app = func.FunctionApp()

@app.generic_trigger(
    arg_name="event", type="webPubSubTrigger", hub="%HUB%", eventType="user", eventName="message"
)
def tell(event: str) -> None:
    pass
"""
REAL = "Endpoint=https://x.webpubsub.azure.com;AccessKey=k;Version=1.0;"


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir()))
@pytest.mark.parametrize("options", [[], ["--azure"]])
def test_nothing_is_wrong_with_the_examples(example: str, options: list[str]) -> None:
    """Here and on Azure."""
    done = call("check", EXAMPLES / example, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("functions, nothing found.\n")
    assert done.stderr == ""


def test_functions_in_error(tmp_path: Path) -> None:
    """Each is named with what is wrong; the exit code says that there is something."""
    done = call("check", write_app(tmp_path, HALF))
    assert done.returncode == 1
    assert "function_app.py, function bad: function.error\n  seen    Binding 'item'" in done.stdout
    assert "good" not in done.stdout
    assert done.stdout.endswith("\n2 functions, 1 finding.\n")


@pytest.mark.parametrize(
    ("source", "seen", "traceback"),
    [
        ("import nothing_of_that_name", "cannot be imported: ModuleNotFoundError", True),
        ("app = 5", "function_app.py has no function app", False),
        ("def broken(:", "cannot be imported: SyntaxError", True),
    ],
)
def test_a_broken_app(source: str, seen: str, traceback: bool, tmp_path: Path) -> None:
    """Is a finding, and the user's own traceback is on the error stream."""
    done = call("check", write_app(tmp_path, source), "--json")
    (finding,) = json.loads(done.stdout)["findings"]
    assert done.returncode == 1
    assert finding["code"] == "app.broken"
    assert seen in finding["what"]
    assert bool(done.stderr) is traceback


def test_json_is_all_there_is(tmp_path: Path) -> None:
    """What the app prints goes to the error stream; settings from Azure are those that count."""
    settings = {"HUB": "chat", "WebPubSubConnectionString": REAL, "AzureWebJobsStorage": "x"}
    file = tmp_path / "azure.json"
    file.write_text(json.dumps([{"name": k, "value": v} for k, v in settings.items()]), "utf-8")
    folder = write_app(tmp_path / "app", CHATTY)
    done = call("check", folder, "--azure", "--settings", file, "--json")
    report: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 1
    assert "a line of the app" in done.stderr
    assert report["app"] == str(folder)
    assert [one["code"] for one in report["findings"]] == [
        *("trap.event.name", "host-json.bundle.missing", "requirements.missing")
    ]
    assert report["findings"][0].keys() == {"code", "where", "what", "happens", "mend"}
    assert report["preparation"]["eventHandlers"] == [
        {
            "hub": "chat",
            "urlTemplate": "https://HOST/runtime/webhooks/webpubsub?code=KEY",
            "systemEvents": [],
            "userEvents": ["message"],
        }
    ]


def test_findings_are_left_out_by_their_codes(tmp_path: Path) -> None:
    """Whole words of them; with none left all is well."""
    folder = write_app(tmp_path, CHATTY, HUB="chat")
    ignored = ("trap", "host-json.bundle.missing", "requirements", "publish")
    options = [option for code in ignored for option in ("--ignore", code)]
    assert call("check", folder, "--azure", *options).returncode == 0
    assert call("check", folder, "--azure", *options[:-2], "--ignore", "pub").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere"], "there is no folder 'nowhere'"),
        ([".", "--settings", "x.json"], "give --azure with it"),
        (["examples/chat", "--azure", "--settings", "x.json"], "x.json cannot be read"),
        (["examples/chat", "--azure", "--settings", "README.md"], "README.md is not valid JSON"),
    ],
)
def test_a_mistake_is_one_line(arguments: list[str], reason: str) -> None:
    """On the error stream."""
    done = call("check", *arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert reason in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
