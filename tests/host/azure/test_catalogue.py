"""All rules together."""

import re
from pathlib import Path

import pytest

from tests.host.azure.apps import ANSWER, CONNECTION, HTTP, OUTPUT, TRIGGER, app, function
from webpubsub.host.azure.catalogue import RULES, findings_here, findings_on_azure
from webpubsub.host.azure.rule import Rule

GOOD = {"requirements.txt": "webpubsub", ".funcignore": "local.settings.json"}
TESTS = Path(__file__).parent / "rules"


def test_an_app_with_nothing_wrong(tmp_path: Path) -> None:
    """Is told of nothing."""
    functions = [function("a", HTTP, CONNECTION, ANSWER), function("b", TRIGGER, OUTPUT)]
    assert findings_on_azure(app(tmp_path, functions, files=GOOD)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_is_seen_at_work(rule: Rule) -> None:
    """Its code is in the tests of its module; codes are words with dots, and said once."""
    assert re.fullmatch(r"[a-z-]+(\.[a-z-]+)+", rule.code)
    assert [one.code for one in RULES].count(rule.code) == 1
    texts = [path.read_text(encoding="utf-8") for path in TESTS.glob("test_*.py")]
    assert any(f'"{rule.code}"' in text for text in texts)


def test_an_error_that_is_explained_is_not_told_twice(tmp_path: Path) -> None:
    """The rule says what happens; the message of the host says it for functions alone."""
    functions = [
        function("a", OUTPUT | {"hub": "my hub"}, error="no name of a hub"),
        function("b", OUTPUT | {"name": "my_out"}, error="something else"),
        function("c", OUTPUT | {"connection": "%X%"}, error="there is no connection '%X%'"),
    ]
    looked_at = app(tmp_path, functions, files=GOOD)
    assert [(one.code, one.where[-1]) for one in findings_on_azure(looked_at)] == [
        ("function.error", "b"),
        ("trap.binding.name", "b"),
        ("binding.hub.invalid", "a"),
        ("trap.binding.setting", "c"),
    ]
    assert [one.code for one in findings_here(looked_at)] == ["function.error"] * 3


def test_what_azure_has_and_this_host_has_not(tmp_path: Path) -> None:
    """Is an error here alone."""
    queue = {"type": "queueTrigger", "direction": "in", "name": "item", "queueName": "q"}
    looked_at = app(tmp_path, [function("a", queue, error="unknown type")], files=GOOD)
    assert [one.code for one in findings_here(looked_at)] == ["function.error"]
    assert findings_on_azure(looked_at) == []
