"""Whether a webhook is trusted with events: the life of one validation, as a table.

The first event waits while the webhook is asked. A trusted webhook is asked again in the background
when an event comes later than a minute after its last good answer, and keeps its trust meanwhile. A
refused one is asked again when an event comes later than the back-off, and stays refused meanwhile:
that event fails like those before it. Nothing is asked without an event, so an idle hub causes no
traffic. Specification: upstream-events section 4.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

#: How long a good answer is good for, in seconds.
TRUST_SECONDS = 60.0
#: Between bad answers: 1, 2, 4 seconds and so on, up to this.
MAX_BACK_OFF_SECONDS = 60.0


class State(StrEnum):
    """Where a webhook is between unknown and trusted or refused."""

    UNKNOWN = "unknown"
    VALIDATING = "validating"
    TRUSTED = "trusted"
    REFRESHING = "refreshing"
    REFUSED = "refused"
    RETRYING = "retrying"


class Change(StrEnum):
    """What moves a webhook along."""

    ASK = "ask"
    ALLOW = "allow"
    REFUSE = "refuse"


class Verdict(StrEnum):
    """What becomes of an event."""

    WAIT = "wait"
    SEND = "send"
    REFUSE = "refuse"


LIFE: Mapping[tuple[State, Change], State] = {
    (State.UNKNOWN, Change.ASK): State.VALIDATING,
    (State.TRUSTED, Change.ASK): State.REFRESHING,
    (State.REFUSED, Change.ASK): State.RETRYING,
    (State.VALIDATING, Change.ALLOW): State.TRUSTED,
    (State.VALIDATING, Change.REFUSE): State.REFUSED,
    (State.REFRESHING, Change.ALLOW): State.TRUSTED,
    (State.REFRESHING, Change.REFUSE): State.REFUSED,
    (State.RETRYING, Change.ALLOW): State.TRUSTED,
    (State.RETRYING, Change.REFUSE): State.REFUSED,
}

#: An unknown webhook is always being asked by the time its verdict is wanted.
VERDICTS: Mapping[State, Verdict] = {
    State.VALIDATING: Verdict.WAIT,
    State.TRUSTED: Verdict.SEND,
    State.REFRESHING: Verdict.SEND,
    State.REFUSED: Verdict.REFUSE,
    State.RETRYING: Verdict.REFUSE,
}


class Trust(msgspec.Struct):
    """What is known of one webhook. ``due`` is when the next event causes it to be asked; times are
    in seconds, of any clock that does not go back."""

    state: State = State.UNKNOWN
    due: float = float("-inf")
    failures: int = 0

    @property
    def verdict(self) -> Verdict:
        """What becomes of an event now."""
        return VERDICTS[self.state]

    def must_ask(self, now: float) -> bool:
        """Whether the event that has just come causes the webhook to be asked; if so, the asking
        has begun."""
        if now < self.due or (self.state, Change.ASK) not in LIFE:
            return False
        self.state = LIFE[self.state, Change.ASK]
        return True

    def judge(self, now: float, *, allowed: bool) -> None:
        """The webhook has answered, or has failed to."""
        self.state = LIFE[self.state, Change.ALLOW if allowed else Change.REFUSE]
        self.failures = 0 if allowed else self.failures + 1
        self.due = now + (TRUST_SECONDS if allowed else _back_off(self.failures))


def _back_off(failures: int) -> float:
    return float(min(2 ** min(failures - 1, 10), MAX_BACK_OFF_SECONDS))
