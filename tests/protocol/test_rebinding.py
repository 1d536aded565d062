"""Names that somebody else can make to point here."""

import pytest

from webpubsub.protocol.rebinding import cannot_be_rebound


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        ("localhost", True),
        ("LOCALHOST:7071", True),
        ("127.0.0.1", True),
        ("192.168.1.5:80", True),
        ("[::1]:7071", True),
        ("0.0.0.0:1", True),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example:7071", False),
        ("evil.example", False),
        ("app:7071", False),
        ("", False),
        (":7071", False),
        ("[::1", False),
        ("[bad]:1", False),
    ],
)
def test_only_addresses_and_localhost_are_sure(authority: str, expected: bool) -> None:
    """Whatever else is written where a name should be is no such name, and no error either."""
    assert cannot_be_rebound(authority) is expected
