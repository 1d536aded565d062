"""The life of a session, as a table.

Specification: client-protocols section 7.4.
"""

import pytest

from tests.service.sessions.test_session import change, session_in
from webpubsub.service.sessions.life import LIFE, Change, Phase


@pytest.mark.parametrize("wanted", Change)
@pytest.mark.parametrize("phase", Phase)
def test_life(phase: Phase, wanted: Change) -> None:
    """A session does what the table of its life says, and nothing else."""
    session = session_in(phase)
    assert session.phase is phase
    following = LIFE.get((phase, wanted))
    if following is None and wanted is not Change.END:
        with pytest.raises(RuntimeError, match=f"{phase} cannot {wanted}"):
            change(session, wanted)
        assert session.phase is phase
    else:
        change(session, wanted)
        assert session.phase is (following or phase)


def test_nothing_leaves_the_end() -> None:
    """The table has no way back, and every phase leads to the end."""
    assert not any(phase is Phase.ENDED for phase, _ in LIFE)
    assert {phase for phase, wanted in LIFE if wanted is Change.END} == set(Phase) - {Phase.ENDED}
