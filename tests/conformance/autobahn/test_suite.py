"""The Autobahn test suite judges how our service speaks RFC 6455.

Specification: client-protocols section 2.1.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.autobahn.suite import (
    Verdict,
    find_wstest,
    judge,
    specification,
    summary,
    verdicts,
)
from tests.requirements import in_ci

pytestmark = pytest.mark.conformance

_INSTALL = "the Autobahn test suite is not installed: tests/conformance/autobahn/install.sh"
#: Without compression, and for each way of echoing.
_CASES = 301


@pytest.mark.skipif(find_wstest() is None and not in_ci(), reason=_INSTALL)
@pytest.mark.timeout(240)
async def test_every_case_conforms(tmp_path: Path) -> None:
    """Frames, fragments, UTF-8, closing and 16 MiB messages: no case fails, and none is missing."""
    wstest = find_wstest()
    assert wstest, _INSTALL
    found = await judge(["*"], wstest=wstest, folder=tmp_path, seconds=200)
    assert [verdict for verdict in found if not verdict.is_good] == [], summary(found)
    assert Counter(verdict.agent for verdict in found) == {"event": _CASES, "group": _CASES}


def _verdict(behavior: str, close: str) -> Verdict:
    return Verdict(agent="event", case="1.1.1", behavior=behavior, close=close)


@pytest.mark.parametrize(
    ("behavior", "close", "good"),
    [
        ("OK", "OK", True),
        ("NON-STRICT", "OK", True),
        ("INFORMATIONAL", "INFORMATIONAL", True),
        ("OK", "FAILED", False),
        ("FAILED", "OK", False),
        ("UNIMPLEMENTED", "OK", False),
        ("OK", "WRONG CODE", False),
        ("OK", "UNCLEAN", False),
    ],
)
def test_a_case_is_good_only_with_its_close(behavior: str, close: str, good: bool) -> None:
    """A right answer followed by a wrong close is a failure, and so is a verdict not known."""
    assert _verdict(behavior, close).is_good is good


def test_the_report_is_read_in_the_order_of_the_cases() -> None:
    """Case 1.10.1 comes after 1.2.1, and every agent is read."""
    entry = {"behavior": "OK", "behaviorClose": "FAILED"}
    found = verdicts({"b": {"1.10.1": entry, "1.2.1": entry}, "a": {"9.1.1": entry}})
    assert [(v.agent, v.case) for v in found] == [("a", "9.1.1"), ("b", "1.2.1"), ("b", "1.10.1")]
    assert "3 cases, 3 of them not good" in summary(found)


def test_compression_is_left_out() -> None:
    """The service never agrees to an extension, so there is nothing to judge."""
    spec = specification({"event": "ws://127.0.0.1/"}, ["*"], Path("reports"))
    assert spec["exclude-cases"] == ["12.*", "13.*"]
