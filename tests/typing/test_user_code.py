"""Type checkers understand what users write, and object to their mistakes."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import webpubsub as wps
from tests.requirements import requires
from webpubsub.functions.apps import WebPubSubApi

ROOT = Path(__file__).parent.parent.parent
USER_CODE = Path(__file__).with_name("user_code.py")

#: Each line marked ``# error`` is a mistake, and no other is.
MISTAKES = '''
"""What type checkers must refuse."""

import azure.functions as func

import webpubsub as wps

app = wps.WebPubSubApp()

app.web_pubsub_trigger(hub="h", event_type="system", event_name="message")  # error
app.web_pubsub_trigger(hub="h", event_type="sytem", event_name="connect")  # error
app.web_pubsub_trigger(event_type="user", event_name="message")  # error
app.web_pubsub_output(arg_name="actions")  # error
app.web_pubsub_connection_input(arg_name="c", hub="h", userId="u")  # error
print(wps.NoSuchName)  # error
wps.UserEventResponse("hi", data_type="xml")  # error
wps.EventErrorResponse("forbidden")  # error
wps.GrantPermissionAction("c1", "send")  # error
wps.GrantPermissionAction("c1", "sendToGroup", targetName="g")  # error
wps.SendToGroupAction("g")  # error
wps.SendToAllAction("hi", dataType="text")  # error
wps.CloseAllConnectionsAction("bye")  # error
wps.ConnectEventResponse(userId="u")  # error
wps.ConnectEventResponse(states="s")  # error
wps.MqttConnectEventResponse(subprotocol="mqtt")  # error
wps.MqttConnectEventErrorResponse("no")  # error
wps.MqttConnectEventResponse(user_properties=["a"])  # error
wps.UserEventResponse("hi", dataType="text")  # error
wps.encode_states("s")  # error
wps.Blueprint(hub="h")  # error
wps.typed_bindings("main")  # error
app.web_pubsub_trigger("h", "user", "message")  # error
app.web_pubsub_context_input(arg_name="e", connections=[1])  # error
app.web_pubsub_connection_input(arg_name="c", hub="h", client_protocol="http")  # error


@app.web_pubsub_trigger(hub="h", event_type="system", event_name="connect")
def connect(request: wps.ConnectEventRequest) -> wps.ConnectEventResponse:
    request.text()  # error
    return wps.UserEventResponse()  # error


def say(actions: func.Out[wps.Actions]) -> None:
    actions.set("hi")  # error
    connect(actions)  # error
    connect(None)  # error


def see(request: wps.ConnectEventRequest, connection: wps.WebPubSubConnection) -> None:
    print(request.mqtt.username)  # error
    print(connection.accessToken)  # error
    request.user_id = "u"  # error
'''
MARKED = {
    number for number, line in enumerate(MISTAKES.splitlines(), 1) if line.endswith("# error")
}
#: A file, and the numbers of its lines that have errors.
Judgement = dict[str, set[int]]


def run(command: list[str | Path], cwd: Path) -> str:
    """What a checker prints."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def mypy(directory: Path) -> Judgement:
    """Under the options of this repository, strict among them."""
    files = sorted(directory.glob("*.py"))
    command: list[str | Path] = [sys.executable, "-m", "mypy"]
    command += ["--config-file", ROOT / "pyproject.toml", "--cache-dir", directory / "cache"]
    output = run([*command, *files], ROOT)
    assert f"{len(files)} source files" in output, output
    found = re.findall(r"^(?:.*/)?([^/:]+\.py):(\d+): error: ", output, re.MULTILINE)
    return {path.name: {int(line) for name, line in found if name == path.name} for path in files}


def pyright(directory: Path) -> Judgement:
    """In strict mode, with the packages of this interpreter."""
    config: dict[str, Any] = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT / "src")]}
    (directory / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    report = json.loads(run([*command, "--project", directory], directory))
    files = sorted(directory.glob("*.py"))
    assert report["summary"]["filesAnalyzed"] == len(files)
    return {
        path.name: {
            diagnostic["range"]["start"]["line"] + 1
            for diagnostic in report["generalDiagnostics"]
            if Path(diagnostic["file"]).name == path.name
        }
        for path in files
    }


@pytest.mark.parametrize("checker", [mypy, pytest.param(pyright, marks=requires("node"))])
def test_checkers_accept_what_works_and_refuse_what_does_not(
    checker: Callable[[Path], Judgement], tmp_path: Path
) -> None:
    """In strict mode: every decorator and type of an app, and exactly the marked mistakes."""
    shutil.copy(USER_CODE, tmp_path)
    (tmp_path / "mistakes.py").write_text(MISTAKES, encoding="utf-8")
    assert checker(tmp_path) == {"user_code.py": set(), "mistakes.py": MARKED}


def test_every_public_name_is_used() -> None:
    """What no checker has seen may be a mistake."""
    used = set(re.findall(r"\bwps\.(\w+)", USER_CODE.read_text(encoding="utf-8")))
    assert set(wps.__all__) - used == set()
    api = vars(WebPubSubApi)
    decorators = {name for name in api if name.startswith("web_pubsub_")}
    called = set(re.findall(r"@(?:app|blueprint)\.(\w+)", USER_CODE.read_text(encoding="utf-8")))
    assert len(decorators) == 4
    assert decorators <= called


async def test_the_code_that_is_checked_also_runs() -> None:
    """What checkers are shown is not merely plausible."""
    user_code = importlib.import_module("tests.typing.user_code")
    assert len(user_code.app.get_functions()) == 11
    assert await user_code.direct_calls() == [wps.SendToAllAction({"joined": None})]
    assert user_code.mistake() == "app.hub.invalid"
