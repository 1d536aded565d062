"""The app settings. Specification: bindings section 2.6, functions-python sections 10.3 and 11."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.host.azure.apps import (
    DEVELOPMENT_KEY,
    HOST_JSON,
    HTTP,
    OUTPUT,
    TIMER,
    TRIGGER,
    app,
    function,
    seen,
)
from webpubsub.host.azure.rules.settings import RULES
from webpubsub.host.function_report import FunctionReport

STORAGE = "AzureWebJobsStorage"
DEFAULT = "WebPubSubConnectionString"
REAL = "Endpoint=https://x.webpubsub.azure.com;AccessKey=k;Version=1.0;"
EVENTS = [function("f", TRIGGER)]
TIMERS = [function("f", TIMER)]
NAMED = [function("f", TIMER, OUTPUT | {"connection": "Mine"})]

#: Of a file from Azure: code, functions, settings, and what is seen.
ON_AZURE: list[tuple[str, Sequence[FunctionReport], Mapping[str, str], str]] = [
    ("settings.storage.missing", EVENTS, {}, "AzureWebJobsStorage is not set; needed by f"),
    ("settings.storage.missing", EVENTS, {STORAGE: "x"}, ""),
    ("settings.storage.missing", EVENTS, {f"{STORAGE}__accountName": "x"}, ""),
    ("settings.storage.missing", [function("f", HTTP)], {}, ""),
    ("settings.storage.emulator", EVENTS, {STORAGE: "UseDevelopmentStorage=true"}, "emulator"),
    ("settings.storage.emulator", EVENTS, {STORAGE: "DefaultEndpointsProtocol=https;"}, ""),
    ("settings.connection.missing", EVENTS, {}, f"'{DEFAULT}' is not set"),
    ("settings.connection.missing", EVENTS, {DEFAULT: REAL}, ""),
    ("settings.connection.missing", EVENTS, {f"{DEFAULT}__serviceUri": "https://x"}, ""),
    ("settings.connection.missing", NAMED, {DEFAULT: REAL}, "'Mine' is not set"),
    ("settings.connection.missing", NAMED, {"Mine": REAL}, ""),
    ("settings.connection.missing", [function("f", OUTPUT | {"connection": "%A%"})], {}, ""),
    ("settings.connection.local", [], {DEFAULT: REAL}, ""),
    ("settings.connection.local", [], {"A": "Endpoint=http://localhost:80;AccessKey=k"}, "A is"),
    ("settings.connection.local", [], {"A": "Endpoint=http://[::1]:80;AccessKey=k"}, "A is"),
    ("settings.connection.local", [], {"A__serviceUri": "http://127.0.0.1:80"}, "A__serviceUri"),
    (
        "settings.connection.local",
        [],
        {"A": f"Endpoint=https://x.example;AccessKey={DEVELOPMENT_KEY}"},
        "A has the development key",
    ),
    ("settings.connection.local", [], {"A": "Endpoint=nonsense"}, "A cannot be read"),
    ("settings.connection.local", [], {"A": "http://localhost"}, ""),
    ("settings.platform", [], {"WEBSITE_SITE_NAME": "x"}, "WEBSITE_SITE_NAME"),
    ("settings.platform", [], {"container_name": "x"}, "container_name"),
    ("settings.platform", [], {"WEBSITE_TIME_ZONE": "UTC"}, ""),
    ("settings.runtime", [], {"FUNCTIONS_WORKER_RUNTIME": "node"}, "is 'node'"),
    ("settings.runtime", [], {"FUNCTIONS_WORKER_RUNTIME": "Python"}, ""),
    ("settings.runtime", [], {}, ""),
]


@pytest.mark.parametrize(("code", "functions", "settings", "expected"), ON_AZURE)
def test_settings_of_azure(
    code: str,
    functions: Sequence[FunctionReport],
    settings: Mapping[str, str],
    expected: str,
    tmp_path: Path,
) -> None:
    """Once; nothing where nothing is expected. A key is never shown."""
    looked_at = app(
        tmp_path, functions, settings=settings, settings_file="az.json", are_azures=True
    )
    found = seen(RULES, code, looked_at)
    assert len(found) == bool(expected)
    assert all(expected in one.what and DEVELOPMENT_KEY not in one.what for one in found)


LOCAL: list[tuple[str, Sequence[FunctionReport], Mapping[str, str], bool]] = [
    ("settings.storage.missing", EVENTS, {}, False),
    ("settings.storage.missing", TIMERS, {}, True),
    ("settings.storage.missing", TIMERS, {STORAGE: "UseDevelopmentStorage=true"}, False),
    ("settings.storage.emulator", TIMERS, {STORAGE: "UseDevelopmentStorage=true"}, False),
    ("settings.connection.missing", EVENTS, {}, False),
    ("settings.connection.missing", NAMED, {}, True),
    ("settings.connection.local", [], {DEFAULT: "Endpoint=http://localhost:8080"}, False),
]


@pytest.mark.parametrize(("code", "functions", "settings", "expected"), LOCAL)
def test_settings_of_this_machine(
    code: str,
    functions: Sequence[FunctionReport],
    settings: Mapping[str, str],
    expected: bool,
    tmp_path: Path,
) -> None:
    """They stand for those of Azure where both must be set, and may be good for nothing there."""
    found = seen(RULES, code, app(tmp_path, functions, settings=settings))
    assert len(found) == expected


def test_storage_of_events_in_folders(tmp_path: Path) -> None:
    """The official tool does not start such an app without it."""
    looked_at = app(tmp_path, EVENTS)
    (tmp_path / "function_app.py").unlink()
    assert len(seen(RULES, "settings.storage.missing", looked_at)) == 1


def test_host_json_goes_wherever_the_code_goes(tmp_path: Path) -> None:
    """A connection string in it, too."""

    def with_connection(text: str) -> dict[str, Any]:
        return HOST_JSON | {"extensions": {"webPubSub": {"connectionString": text}}}

    local = app(tmp_path, host_json=with_connection("Endpoint=http://localhost;AccessKey=k"))
    assert [one.where for one in seen(RULES, "settings.connection.local", local)] == ["host.json"]
    real = app(tmp_path, EVENTS, host_json=with_connection(REAL), are_azures=True)
    assert not seen(RULES, "settings.connection.local", real)
    assert not seen(RULES, "settings.connection.missing", real)
