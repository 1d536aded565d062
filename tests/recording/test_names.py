"""What connections are called."""

from webpubsub.recording.names import Names

FIRST, SECOND = "0123456789abcdef" * 2, "fedcba9876543210" * 2


def test_in_the_order_in_which_they_come() -> None:
    """And the same from then on."""
    names = Names()
    assert [names.of(FIRST), names.of(SECOND), names.of(FIRST)] == [
        "{client 1}",
        "{client 2}",
        "{client 1}",
    ]


def test_wherever_ids_stand() -> None:
    """There and back; what is no id of a connection stays."""
    names = Names()
    names.of(FIRST)
    text = f'{{"a":"to {FIRST}, not {SECOND}"}}'
    named = f'{{"a":"to {{client 1}}, not {SECOND}"}}'
    assert names.in_place_of_ids(text) == named
    assert names.in_place_of_names(named) == text
    assert names.in_place_of_names("{client 7}") == "{client 7}"


def test_the_next_name_can_be_chosen() -> None:
    """As another recording has it; what is no name chooses nothing."""
    names = Names()
    names.expect("{client 5}")
    assert names.of(FIRST) == "{client 5}"
    names.expect("someone")
    assert names.of(SECOND) == "{client 6}"
