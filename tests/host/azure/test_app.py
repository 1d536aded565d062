"""An app as the rules look at it."""

from pathlib import Path

import pytest

from tests.host.azure.apps import ANSWER, CONTEXT, HOST_JSON, HTTP, TRIGGER, app, function


def test_bindings_are_found_by_type(tmp_path: Path) -> None:
    """In the order of the app, with the place where they are written."""
    looked_at = app(tmp_path, [function("a", HTTP, CONTEXT, ANSWER), function("b", TRIGGER)])
    assert [item.binding.name for item in looked_at.bindings()] == [
        *("req", "event", "$return", "request")
    ]
    assert [item.report.name for item in looked_at.bindings("httptrigger", "http")] == ["a", "a"]
    assert [item.where for item in looked_at.web_pubsub_bindings()] == [
        "function_app.py, function a",
        "function_app.py, function b",
    ]


def test_the_place_in_an_app_of_folders(tmp_path: Path) -> None:
    """Is the function.json."""
    looked_at = app(tmp_path, [function("a", HTTP, script=str(tmp_path / "a" / "__init__.py"))])
    (tmp_path / "function_app.py").unlink()
    assert looked_at.has_folders
    assert [item.where for item in looked_at.bindings()] == ["a/function.json"]


def test_another_script(tmp_path: Path) -> None:
    """The setting that names it counts."""
    settings = {"PYTHON_SCRIPT_FILE_NAME": "main.py"}
    assert app(tmp_path, settings=settings).has_folders
    assert not app(tmp_path, settings=settings, files={"main.py": ""}).has_folders


@pytest.mark.parametrize(
    ("in_file", "setting", "hub"), [("a", "b", "a"), (None, "b", "b"), (None, None, None)]
)
def test_the_default_hub(
    in_file: str | None, setting: str | None, hub: str | None, tmp_path: Path
) -> None:
    """host.json comes first."""
    document = HOST_JSON | {"extensions": {"webPubSub": {"hub": in_file}}}
    settings = {"WebPubSubHub": setting} if setting else {}
    assert app(tmp_path, host_json=document, settings=settings).default_hub == hub
