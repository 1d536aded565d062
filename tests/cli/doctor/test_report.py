"""What the doctor says."""

import json

import pytest

from webpubsub.cli.doctor.finding import Finding, error, ok, warning
from webpubsub.cli.doctor.report import as_json, as_text, is_healthy

GOOD = ok("a", "fine")
DOUBTFUL = warning("b", "hm", "Do this.")
BAD = error("c", "broken", "Do that.")


@pytest.mark.parametrize(
    ("findings", "healthy", "summary"),
    [
        ([GOOD], True, "Nothing is wrong."),
        ([GOOD, DOUBTFUL], True, "1 warning."),
        ([BAD, DOUBTFUL, DOUBTFUL], False, "1 error and 2 warnings."),
        ([BAD, BAD], False, "2 errors."),
    ],
)
def test_what_it_comes_to(findings: list[Finding], healthy: bool, summary: str) -> None:
    """Warnings are not what does not work."""
    assert is_healthy(findings) is healthy
    assert as_text(findings).endswith(f"\n\n{summary}")
    assert json.loads(as_json(findings))["healthy"] is healthy


def test_a_finding_has_its_mend_below() -> None:
    """Where there is something to mend."""
    assert as_text([GOOD, BAD]).startswith(
        "ok       a: fine\nerror    c: broken\n         mend: Do that.\n"
    )


def test_programs_get_the_same() -> None:
    """With no mend where there is none."""
    assert json.loads(as_json([GOOD, BAD]))["findings"] == [
        {"level": "ok", "code": "a", "what": "fine"},
        {"level": "error", "code": "c", "what": "broken", "mend": "Do that."},
    ]
