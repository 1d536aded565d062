"""What was sent together is kept together. Specification: client-protocols sections 7.2 and 7.3."""

from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.service.sessions.stretches import Kept, Stretch, Together, stretches


def kept(numbers: list[int]) -> list[Kept]:
    """Messages with these sequence ids, of whatever sizes."""
    return [
        Kept(number, Delivery(Message(DataType.TEXT, b"%d" % number)), number * 7 % 10)
        for number in numbers
    ]


def sent(first: int, number: int) -> Stretch:
    """Messages that were sent together."""
    messages = kept([*range(first, first + number)])
    together = Together.of([one.delivery for one in messages], [one.size for one in messages])
    return Stretch(first + number - 1, number, together.size, together)


@given(st.integers(1, 1000), st.integers(1, 20), st.lists(st.integers(-3, 20)))
def test_what_is_left(first: int, number: int, places: list[int]) -> None:
    """However much is acknowledged, in whatever order: the rest, with the same numbers."""
    whole = stretch = sent(first, number)
    expected = [*whole.messages()]
    assert expected == kept([*range(first, first + number)])
    for place in places:
        acknowledged = min(first + place, whole.last - 1)
        stretch = stretch.behind(acknowledged)
        expected = [one for one in expected if one.sequence_id > acknowledged]
        assert [*stretch.messages()] == expected
        assert (stretch.count, stretch.size) == (len(expected), sum(one.size for one in expected))
        assert stretch.together is whole.together, "nothing is copied"


def test_what_is_said_later_is_not_in_it() -> None:
    """Its messages stay what they are."""
    one, other = kept([1, 2])
    deliveries, sizes = [one.delivery], [one.size]
    together = Together.of(deliveries, sizes)
    deliveries.append(other.delivery)
    sizes[0] = 99
    assert together == Together((one.delivery,), (one.size,), one.size)


@given(st.sets(st.integers(1, 30)))
def test_stretches_have_no_gaps(numbers: set[int]) -> None:
    """There are as few as that allows, and they are what they were made of."""
    messages = kept(sorted(numbers))
    made = [*stretches(messages)]
    assert [one for stretch in made for one in stretch.messages()] == messages
    assert len(made) == len(numbers - {number + 1 for number in numbers})
    for stretch in made:
        assert stretch.count == len(stretch.together.sizes) == len(stretch.together.deliveries)
        assert stretch.size == sum(stretch.together.sizes)
