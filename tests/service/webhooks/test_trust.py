"""The life of a validation. Specification: upstream-events sections 4 and 17."""

import pytest

from webpubsub.service.webhooks.trust import LIFE, VERDICTS, Change, State, Trust, Verdict


def test_the_table_is_whole() -> None:
    """Every state but the unknown one has a verdict, and asking always ends in trust or refusal."""
    assert set(VERDICTS) == set(State) - {State.UNKNOWN}
    asked = [state for (_, change), state in LIFE.items() if change is Change.ASK]
    for state in asked:
        assert LIFE[state, Change.ALLOW] is State.TRUSTED
        assert LIFE[state, Change.REFUSE] is State.REFUSED


def test_the_first_event_waits() -> None:
    """The first event asks, and those that come meanwhile wait with it and do not ask again."""
    trust = Trust()
    assert trust.must_ask(0)
    assert not trust.must_ask(5)
    assert trust.verdict is Verdict.WAIT


@pytest.mark.parametrize(("after", "asks"), [(0, False), (59.9, False), (60, True), (1000, True)])
def test_trust_lasts_for_a_minute(after: float, asks: bool) -> None:
    """A later event asks again, and is sent all the same."""
    trust = Trust()
    trust.must_ask(100)
    trust.judge(100, allowed=True)
    assert trust.must_ask(100 + after) is asks
    assert trust.verdict is Verdict.SEND


def test_the_back_off() -> None:
    """After every refusal the wait doubles, up to a minute, and only an event asks."""
    trust, now, waits = Trust(), 0.0, []
    for _ in range(9):
        assert trust.must_ask(now)
        trust.judge(now, allowed=False)
        assert trust.verdict is Verdict.REFUSE
        wait = trust.due - now
        assert not trust.must_ask(now + wait - 0.001)
        now += wait
        waits.append(wait)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_events_are_refused_while_it_is_asked_again() -> None:
    """Once refused, no event waits for an answer."""
    trust = Trust()
    trust.must_ask(0)
    trust.judge(0, allowed=False)
    assert trust.must_ask(1)
    before: Verdict = trust.verdict
    trust.judge(1, allowed=True)
    assert (before, trust.verdict) == (Verdict.REFUSE, Verdict.SEND)


def test_trust_that_is_lost_begins_with_the_shortest_wait() -> None:
    """The first refusal after a success counts as the first one, and a success ends the count."""
    trust = Trust()
    for now, allowed in ((0, False), (1, False), (3, True), (63, False)):
        assert trust.must_ask(now)
        trust.judge(now, allowed=allowed)
    assert trust.due == 64


def test_an_old_count_of_failures_does_not_overflow() -> None:
    """A webhook may be refused for years."""
    trust = Trust(state=State.RETRYING, failures=10**6)
    trust.judge(0, allowed=False)
    assert trust.due == 60
