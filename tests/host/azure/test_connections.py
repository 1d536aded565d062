"""Which functions use which connection. Specification: bindings section 2.6."""

from pathlib import Path

from tests.host.azure.apps import CONNECTION, CONTEXT, HTTP, OUTPUT, TRIGGER, app, function
from webpubsub.host.azure.connections import uses_of_connections


def test_uses(tmp_path: Path) -> None:
    """Each function once, the default connection where none is named, and no setting by a name with
    percent signs."""
    functions = [
        function("a", HTTP, CONNECTION | {"connection": "One"}, OUTPUT, OUTPUT | {"name": "b"}),
        function("b", TRIGGER | {"connections": ["One", "Two"]}),
        function("c", HTTP, CONTEXT | {"connections": "One"}),
        function("d", HTTP),
        function("e", TRIGGER | {"connections": ["%One%"]}),
    ]
    assert uses_of_connections(app(tmp_path, functions)) == {
        "One": ["a", "b"],
        "WebPubSubConnectionString": ["a"],
        "Two": ["b"],
    }
