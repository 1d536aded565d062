"""What to set up on Azure. Specification: bindings sections 2.6 and 3.1, functions-python section
5.3."""

from pathlib import Path

from tests.host.azure.apps import HTTP, OUTPUT, TIMER, TRIGGER, app, function
from webpubsub.host.azure.preparation import preparation

SYSTEM = TRIGGER | {"eventType": "system", "eventName": "connect"}


def test_event_handlers(tmp_path: Path) -> None:
    """One for each hub, with the events for which there are functions."""
    functions = [
        function("a", TRIGGER),
        function("b", TRIGGER | {"clientProtocols": "mqtt"}),
        function("c", SYSTEM),
        function("d", TRIGGER | {"hub": "Other", "eventName": "Ping"}),
        function("e", TRIGGER | {"eventType": "nonsense"}),
    ]
    handlers = preparation(app(tmp_path, functions)).event_handlers
    assert [(one.hub, one.system_events, one.user_events) for one in handlers] == [
        ("chat", ["connect"], ["message"]),
        ("other", [], ["ping"]),
    ]
    assert {one.url_template for one in handlers} == {
        "https://HOST/runtime/webhooks/webpubsub?code=KEY"
    }


def test_settings(tmp_path: Path) -> None:
    """Connections, the storage, and what is only on this machine; no value is told."""
    functions = [function("a", TIMER, OUTPUT | {"connection": "Mine"})]
    settings = {
        "Mine": "Endpoint=http://x;AccessKey=secret",
        "AzureWebJobsStorage": "x",
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "GREETING": "secret",
    }
    local = preparation(app(tmp_path, functions, settings=settings)).settings
    assert [one.name for one in local] == ["Mine", "AzureWebJobsStorage", "GREETING"]
    assert "secret" not in str(local)
    azures = preparation(app(tmp_path, functions, settings=settings, are_azures=True)).settings
    assert [one.name for one in azures] == ["Mine", "AzureWebJobsStorage"]


def test_functions_that_ask_for_a_key(tmp_path: Path) -> None:
    """All that are not for everybody; a function that says nothing asks for one."""
    bare = {key: value for key, value in HTTP.items() if key != "authLevel"}
    functions = [
        function("a", HTTP),
        function("b", HTTP | {"authLevel": "FUNCTION"}),
        function("c", bare),
    ]
    assert preparation(app(tmp_path, functions)).keyed_functions == ["b", "c"]
