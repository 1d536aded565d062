"""What callers are told about their filters. Specification: rest-api section 9.4."""

from webpubsub.protocol.filters.errors import FilterError


def test_a_message_quotes_the_part_at_fault() -> None:
    """The text is the one of the service, and the parts are kept."""
    error = FilterError("not 'a'", "Type 'string', expect 'bool'.")
    assert str(error) == (
        "Invalid syntax for 'not 'a'': Type 'string', expect 'bool'. (Parameter 'filter')"
    )
    assert (error.expression, error.detail) == ("not 'a'", "Type 'string', expect 'bool'.")


def test_a_long_part_is_cut() -> None:
    """Nobody can write pages into an answer or a log."""
    assert str(FilterError("x" * 1000, "No.")) == (
        f"Invalid syntax for '{'x' * 256}…': No. (Parameter 'filter')"
    )
