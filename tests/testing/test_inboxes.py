"""What has come, and what of it nobody has expected yet."""

import asyncio

from webpubsub.testing.inboxes import Inbox, describe
from webpubsub.testing.messages import Expectation, Message


def said(data: object) -> Message:
    kind = "text" if isinstance(data, str) else "json"
    return Message({"type": "message", "dataType": kind, "data": data})


def wanted(*data: object, **fields: object) -> Expectation:
    return Expectation.of(data, fields)  # type: ignore[arg-type]


def test_an_expectation_takes_one_message() -> None:
    """The first that fits; the others stay, whatever their order."""
    inbox = Inbox()
    for text in ("a", "b", "a"):
        inbox.put(said(text))
    assert inbox.take(wanted("b")) is not None
    assert [one.text for one in inbox.unexpected] == ["a", "a"]
    assert inbox.take(wanted("a")) is not None
    assert inbox.take(wanted("b")) is None
    assert [one.text for one in inbox.received] == ["a", "b", "a"]


async def test_it_is_waited_for() -> None:
    """Until it comes, until the time is up, or until nothing can come any more."""
    inbox, over = Inbox(), False
    waiting = asyncio.create_task(inbox.wait(wanted("b"), 5, lambda: over))
    await asyncio.sleep(0)
    inbox.put(said("a"))
    await asyncio.sleep(0)
    assert not waiting.done()
    inbox.put(said("b"))
    found = await waiting
    assert found is not None
    assert found.text == "b"
    assert await inbox.wait(wanted("c"), 0.01, lambda: over) is None
    waiting = asyncio.create_task(inbox.wait(wanted("c"), 5, lambda: over))
    await asyncio.sleep(0)
    over = True
    inbox.ring()
    assert await waiting is None


def test_a_failure_shows_what_came_and_how_the_closest_differs() -> None:
    """Line by line, with marks below what differs."""
    messages = [said("something else"), said({"name": "alice", "text": "hello"})]
    text = describe(wanted({"name": "alice", "text": "hullo"}), messages)
    assert text.splitlines() == [
        '    expected: {"name":"alice","text":"hullo"}',
        "    got 1: 'something else'",
        '    got 2: {"name":"alice","text":"hello"}',
        "    closest:",
        '      - {"name":"alice","text":"hullo"}',
        "      ?                          ^",
        '      + {"name":"alice","text":"hello"}',
        "      ?                          ^",
    ]


def test_a_failure_shows_members() -> None:
    """Those that were asked for."""
    text = describe(wanted("hi", group="a"), [Message({**said("hi").fields, "group": "b"})])
    assert "      - group: 'a'" in text
    assert "      + group: 'b'" in text


def test_a_failure_shows_nothing_or_the_last() -> None:
    """A predicate has nothing to compare with."""
    assert describe(wanted("a"), []).endswith("got nothing that was not expected before")
    text = describe(wanted(lambda _: False), [said(str(number)) for number in range(12)])
    assert "got 1:" not in text
    assert "    got 12: '11'" in text
    assert "    and 2 before" in text
    assert "closest" not in text
