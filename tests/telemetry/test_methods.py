"""Names of HTTP methods."""

import pytest

from webpubsub.telemetry.methods import OTHER, known_method


@pytest.mark.parametrize(
    ("method", "known"), [("GET", "GET"), ("OPTIONS", "OPTIONS"), ("get", OTHER), ("X" * 99, OTHER)]
)
def test_there_are_few_of_them(method: str, known: str) -> None:
    """Whatever a client sends; they are case-sensitive."""
    assert known_method(method) == known
