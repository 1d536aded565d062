"""Rules as data."""

from pathlib import Path

from tests.host.azure.apps import app
from webpubsub.host.azure.rule import Finding, Rule, Seen
from webpubsub.protocol import traps


def test_a_finding_has_all_of_its_rule(tmp_path: Path) -> None:
    """And where it was seen."""
    rule = Rule(code="a.b", happens="Bad.", mend="Good.", find=lambda _: [Seen("here", "this")])
    (seen,) = rule.find(app(tmp_path))
    assert Finding.of(rule, seen) == Finding(
        code="a.b", where="here", what="this", happens="Bad.", mend="Good."
    )


def test_a_trap_is_a_rule() -> None:
    """What comes of it is a sentence."""
    rule = Rule.of_trap(traps.EVENT_NAME, lambda _: [])
    assert rule.code == traps.EVENT_NAME.code
    assert rule.happens == "It receives None, and no error says so."
    assert rule.mend == traps.EVENT_NAME.remedy
