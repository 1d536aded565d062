"""Files of an app that people have written wrongly: each mistake is one line that names what is
wrong, and never a traceback. Specification: functions-python sections 2.3, 10.1 to 10.3, bindings
sections 2.1 to 2.7.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.apps import ECHO, write_app
from webpubsub.cli.inspection import inspected

#: Where it is, what is written there, and what of it is named.
WHOLE_APP: list[tuple[str, str | bytes, str]] = [
    ("host.json", "", "host.json is not valid JSON"),
    ("host.json", "[]", "must hold a JSON object, not an array"),
    ("host.json", "null", "must hold a JSON object, not null"),
    ("host.json", b'{"version": "\xff"}', "is not UTF-8"),
    ("host.json", "{}", "version is None"),
    ("host.json", '{"version": 2.0}', "version is 2.0"),
    ("local.settings.json", '{"IsEncrypted": "True"}', "is encrypted"),
    ("local.settings.json", '{"Host": {"LocalHttpPort": "x"}}', "Host.LocalHttpPort is 'x'"),
    ("local.settings.json", '{"Host": {"LocalHttpPort": -1}}', "Host.LocalHttpPort is '-1'"),
    ("local.settings.json", '{"Host": {"LocalHttpPort": 65536}}', "Host.LocalHttpPort is '65536'"),
]
#: Members of host.json beside the version.
HOST_JSON: list[tuple[dict[str, Any], str]] = [
    ({"functionTimeout": "soon"}, "functionTimeout"),
    ({"functionTimeout": {}}, "functionTimeout"),
    ({"functionTimeout": "-2"}, "functionTimeout"),
    ({"functions": "echo"}, "functions"),
    ({"functions": [5]}, "functions"),
    ({"logging": {"logLevel": []}}, "logging.logLevel"),
    ({"logging": {"logLevel": {"default": "Loud"}}}, "logging.logLevel.default"),
    ({"retry": 5}, "retry"),
    ({"retry": {"strategy": "never"}}, "strategy"),
    ({"watchFiles": 5}, "watchFiles"),
    ({"extensions": {"http": {"routePrefix": []}}}, "routePrefix"),
    ({"extensions": {"http": {"maxOutstandingRequests": "many"}}}, "maxOutstandingRequests"),
    ({"extensions": {"http": {"customHeaders": []}}}, "customHeaders"),
    ({"extensions": {"webPubSub": {"connectionString": []}}}, "connectionString"),
    (
        {"extensions": {"webPubSub": {"connectionString": "x"}}},
        "extensions.webPubSub.connectionString",
    ),
    ({"extensions": {"webPubSub": {"hub": {}}}}, "hub"),
]
#: App settings, and what is named.
SETTINGS: list[tuple[str, str]] = [
    ("WebPubSubConnectionString", "nonsense"),
    ("WebPubSubConnectionString", "Endpoint=x;AccessKey=y"),
    ("WebPubSubConnectionString", "AccessKey=y"),
    ("WebPubSubConnectionString", "Endpoint=https://x;Endpoint=https://y"),
    ("WebPubSubConnectionString", "Endpoint=https://x;Port=0"),
    ("WebPubSubConnectionString__serviceUri", "x"),
    ("PYTHON_SCRIPT_FILE_NAME", "../x.py"),
    ("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "big"),
    ("FUNCTIONS_WORKER_PROCESS_COUNT", "11"),
]
TRIGGER = {
    "type": "webPubSubTrigger",
    "direction": "in",
    "name": "request",
    "hub": "chat",
    "eventType": "user",
    "eventName": "message",
}
OUTPUT = {"type": "webPubSub", "direction": "out", "name": "out", "hub": "chat"}
HTTP = {"type": "httpTrigger", "direction": "in", "name": "request"}
TIMER = {"type": "timerTrigger", "direction": "in", "name": "request", "schedule": "* * * * * *"}
#: The text of a function.json.
FUNCTION_FILES: list[tuple[str | bytes, str]] = [
    ("", "is not valid JSON"),
    ("[]", "must hold a JSON object"),
    (b"\xff", "is not UTF-8"),
    ("{}", "bindings must be an array"),
    ('{"bindings": {}}', "bindings must be an array"),
    ('{"bindings": [5]}', "bindings must be an array"),
    ('{"bindings": []}', "no trigger"),
]
#: Bindings, and what is named.
BINDINGS: list[tuple[list[dict[str, Any]], str]] = [
    ([{}], "binding 1 has no 'name'"),
    ([TRIGGER | {"type": 5}], "'5'"),
    ([TRIGGER | {"name": None}], "binding 1 has no 'name'"),
    ([OUTPUT, TRIGGER | {"name": ["request"]}], "binding 2 has no 'name'"),
    ([TRIGGER | {"direction": 5}], "5"),
    ([TRIGGER | {"direction": "inout"}], "inout"),
    ([TRIGGER | {"hub": 5}], "'hub'"),
    ([TRIGGER | {"hub": "%NOT_SET%"}], "%NOT_SET%"),
    ([TRIGGER | {"eventType": 7}], "'eventType'"),
    ([TRIGGER | {"eventType": None}], "'eventType'"),
    ([TRIGGER | {"eventName": []}], "'eventName'"),
    ([TRIGGER | {"connections": "A"}], "'connections'"),
    ([TRIGGER | {"connections": [5]}], "'connections'"),
    ([TRIGGER | {"connections": ["NOT_SET"]}], "'NOT_SET'"),
    ([TRIGGER | {"clientProtocols": "amqp"}], "'clientProtocols'"),
    ([HTTP | {"route": "{a"}], "{a"),
    ([HTTP | {"methods": 5}], "methods"),
    ([HTTP | {"methods": [5]}], "methods"),
    ([HTTP | {"authLevel": "everybody"}], "everybody"),
    ([TIMER | {"schedule": 5}], "schedule"),
    ([TIMER | {"schedule": "never"}], "never"),
    ([TIMER | {"runOnStartup": "maybe"}], "runOnStartup"),
    ([TRIGGER, OUTPUT | {"hub": {}}], "'hub'"),
    ([TRIGGER, OUTPUT | {"connection": []}], "'connection'"),
    ([TRIGGER, OUTPUT | {"direction": "in"}], "direction"),
    ([TRIGGER, OUTPUT | {"name": "request"}], "request"),
]
#: Members of a function.json beside its bindings.
MEMBERS: list[tuple[dict[str, Any], str]] = [
    ({"scriptFile": 5}, "5"),
    ({"scriptFile": "../../x.py"}, "x.py"),
    ({"scriptFile": "missing.py"}, "missing.py"),
    ({"entryPoint": 5}, "entryPoint is 5"),
    ({"entryPoint": "begin"}, "'begin'"),
    ({"retry": 5}, "retry"),
    ({"retry": {"strategy": "fixedDelay", "maxRetryCount": "x"}}, "maxRetryCount"),
]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an app's settings put into the environment is gone afterwards."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


def assert_one_line(text: str | None, named: str) -> None:
    """A sentence of ours."""
    assert text is not None
    assert named in text, text
    assert "\n" not in text
    assert "Traceback" not in text


def write(path: Path, content: str | bytes) -> None:
    """A file of text or bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(("name", "content", "named"), WHOLE_APP)
def test_files_that_break_the_app(
    name: str, content: str | bytes, named: str, tmp_path: Path
) -> None:
    """The app does not start, and says why."""
    write(write_app(tmp_path, ECHO) / name, content)
    assert_one_line(inspected(tmp_path, None).problem, named)


@pytest.mark.parametrize(("members", "named"), HOST_JSON)
def test_members_of_host_json(members: dict[str, Any], named: str, tmp_path: Path) -> None:
    """The member is named."""
    write_app(tmp_path, ECHO)
    write(tmp_path / "host.json", json.dumps({"version": "2.0", **members}))
    assert_one_line(inspected(tmp_path, None).problem, named)


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_app_settings(name: str, value: str, tmp_path: Path) -> None:
    """The setting is named."""
    write_app(tmp_path, ECHO, **{name: value})
    assert_one_line(inspected(tmp_path, None).problem, name)


def error_of(folder: Path, content: str | bytes, parameters: str = "request") -> str | None:
    """Why a function with this function.json cannot run; the one beside it does."""
    write(folder / "f" / "function.json", content)
    write(folder / "f" / "__init__.py", f"def main({parameters}): pass")
    write(folder / "g" / "function.json", json.dumps({"bindings": [TRIGGER | {"hub": "g"}]}))
    write(folder / "g" / "__init__.py", "def main(request): pass")
    app = inspected(folder, None)
    assert app.problem is None
    errors = {report.name: report.error for report in app.functions}
    assert errors.keys() == {"f", "g"}
    assert errors["g"] is None
    return errors["f"]


@pytest.mark.parametrize(("content", "named"), FUNCTION_FILES)
def test_function_files(content: str | bytes, named: str, tmp_path: Path) -> None:
    """They harm no other function."""
    assert_one_line(error_of(tmp_path, content, ""), named)


@pytest.mark.parametrize(("bindings", "named"), BINDINGS)
def test_bindings(bindings: list[dict[str, Any]], named: str, tmp_path: Path) -> None:
    """They harm no other function."""
    names = {one["name"]: None for one in bindings if isinstance(one.get("name"), str)}
    text = json.dumps({"bindings": bindings})
    assert_one_line(error_of(tmp_path, text, ", ".join(names)), named)


@pytest.mark.parametrize(("members", "named"), MEMBERS)
def test_members_of_a_function(members: dict[str, Any], named: str, tmp_path: Path) -> None:
    """They harm no other function."""
    text = json.dumps({"bindings": [TRIGGER], **members})
    assert_one_line(error_of(tmp_path, text), named)
