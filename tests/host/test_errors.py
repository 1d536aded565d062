"""HostError."""

from webpubsub.host.errors import HostError


def test_it_carries_the_users_traceback() -> None:
    assert str(HostError("no")) == "no"
    assert HostError("no").traceback is None
    assert HostError("no", "line 1").traceback == "line 1"
