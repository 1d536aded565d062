"""Types and equality of the values of filters. Specification: rest-api section 9.4."""

import pytest

from webpubsub.protocol.filters.kinds import IDENTIFIERS, EmptySubject, equal

PAIRS = (
    (None, None, True),
    (1, 1, True),
    (1, True, False),
    (0, False, False),
    ("1", 1, False),
    ("a", "a", True),
    ("a", "A", False),
    ("", None, False),
    (("a",), ("a",), True),
)


@pytest.mark.parametrize(("left", "right", "wanted"), PAIRS)
def test_equality_knows_types(left: object, right: object, wanted: bool) -> None:
    """Values of different types are never equal, whatever Python thinks of it."""
    assert equal(left, right) is wanted
    assert equal(right, left) is wanted


def test_identifiers_are_members_of_subjects() -> None:
    """Every identifier can be read from every subject."""
    values = [getattr(EmptySubject(), attribute) for attribute, _ in IDENTIFIERS.values()]
    assert values == [None, "", (), None]
