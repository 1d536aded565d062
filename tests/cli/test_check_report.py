"""What ``webpubsub check`` prints. Specification: bindings section 3.1."""

import json
from pathlib import Path

from webpubsub.cli.check_report import as_json, as_text
from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.preparation import EventHandler, Preparation, Setting
from webpubsub.host.azure.rule import Finding

FINDING = Finding(
    code="a.b", where="host.json", what="x is y", happens="It fails. " * 12, mend="Write z."
)
PREPARATION = Preparation(
    settings=[Setting(name="A", purpose="for b")],
    event_handlers=[
        EventHandler(
            hub="chat",
            url_template="https://HOST/?code=KEY",
            system_events=["connect", "connected"],
            user_events=[],
        )
    ],
    keyed_functions=["negotiate", "index"],
)
APP = AzureApp(folder=Path("/app"))


def test_a_finding_is_a_paragraph() -> None:
    """Its lines fit a terminal, and nothing is lost in the wrapping."""
    text = as_text(APP, [FINDING], None)
    assert text.splitlines()[:2] == ["host.json: a.b", "  seen    x is y"]
    assert max(map(len, text.splitlines())) <= 100
    assert " ".join(text.split()).count("It fails.") == 12
    assert text.endswith("  mend    Write z.\n\n0 functions, 1 finding.")


def test_what_to_set_up() -> None:
    """By name, with the way to the key."""
    text = as_text(APP, [], PREPARATION)
    for line in (
        "    A: for b",
        "  event handler of hub chat",
        "    URL template: https://HOST/?code=KEY",
        "    system events: connect, connected",
        "    user events: none",
        "      --query systemKeys.webpubsub_extension --output tsv",
        "  keys: clients give ?code=KEY to negotiate, index",
        "0 functions, nothing found.",
    ):
        assert line in text.splitlines()


def test_json() -> None:
    """The same for programs."""
    report = json.loads(as_json(APP, [FINDING], PREPARATION))
    assert report["findings"][0]["code"] == "a.b"
    assert report["preparation"]["keyedFunctions"] == ["negotiate", "index"]
    assert json.loads(as_json(APP, [], None)) == {
        "app": "/app",
        "findings": [],
        "preparation": None,
    }
