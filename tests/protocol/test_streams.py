"""Streams: what is open, what is published, and what the publisher is told.

Specification: client-protocols sections 9.3 and 10.
"""

from collections.abc import Callable, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from webpubsub.protocol.clients.notices import Notice, NoticeError, StreamAck, StreamClosed
from webpubsub.protocol.clients.requests import (
    EndStream,
    KeepStreamAlive,
    StartStream,
    StreamFragment,
)
from webpubsub.protocol.messages import DataType, Message, StreamError, StreamInfo
from webpubsub.protocol.operations import SendToGroup
from webpubsub.protocol.streams import (
    DEFAULT_IDLE_TIMEOUT_MS,
    LIFE,
    MAX_IDLE_TIMEOUT_MS,
    MAX_OPEN,
    OpenStreams,
    Publisher,
    Step,
    StreamChange,
    StreamPhase,
    StreamsSnapshot,
    Told,
)

EMPTY = Message(DataType.TEXT, b"")
ALICE = Publisher("chat", "c", "alice")
BROKEN = StreamError("UserError", "mine", "E1")


def start(stream_id: str = "s", **members: object) -> StartStream:
    return StartStream(**{"group": "room", "stream_id": stream_id, **members})  # type: ignore[arg-type]


def fragment(number: int, stream_id: str = "s") -> StreamFragment:
    return StreamFragment(stream_id=stream_id, sequence_id=number, message=text(number))


def text(number: int) -> Message:
    return Message(DataType.TEXT, str(number).encode())


def opened(*stream_ids: str, published: int = 0) -> OpenStreams:
    """Streams that were started at the moment 0, each with so many fragments."""
    streams = OpenStreams(ALICE)
    for stream_id in stream_ids or ("s",):
        assert streams.start(start(stream_id), 0.0) == ack(1, stream_id)
        for number in range(1, published + 1):
            streams.take(fragment(number, stream_id), 0.0)
    return streams


def ack(expected: int, stream_id: str = "s") -> StreamAck:
    return StreamAck(stream_id=stream_id, expected=expected)


def closed(name: str | None = None, stream_id: str = "s") -> tuple[str, str | None]:
    return stream_id, name


def what(notice: Notice | None) -> object:
    """A notice; one that closes without its message."""
    if not isinstance(notice, StreamClosed):
        return notice
    return notice.stream_id, None if notice.error is None else notice.error.name


def sent(operation: SendToGroup | None) -> tuple[Message, StreamInfo]:
    assert operation is not None
    assert operation.stream is not None
    return operation.message, operation.stream


# One change of every kind


@pytest.mark.parametrize(
    ("change", "act"),
    [
        (StreamChange.ADVANCE, lambda streams: streams.take(fragment(3), 1.0)),
        (StreamChange.REPEAT, lambda streams: streams.take(fragment(2), 1.0)),
        (StreamChange.REPEAT, lambda streams: streams.take(fragment(0), 1.0)),
        (StreamChange.SKIP, lambda streams: streams.take(fragment(4), 1.0)),
        (StreamChange.SKIP, lambda streams: streams.take(fragment(2**64 - 1), 1.0)),
        (
            StreamChange.KEEP_ALIVE,
            lambda streams: streams.take(KeepStreamAlive(stream_id="s"), 1.0),
        ),
        (StreamChange.END, lambda streams: streams.take(EndStream(stream_id="s"), 1.0)),
        (
            StreamChange.END,
            lambda streams: streams.take(EndStream(stream_id="s", error=BROKEN), 1.0),
        ),
        (StreamChange.FORBID, lambda streams: streams.forbid("s")),
        (StreamChange.EXPIRE, lambda streams: streams.expire(300.0)[0]),
        (StreamChange.CANCEL, lambda streams: Step(streams.cancel()[0], None)),
    ],
)
def test_life(change: StreamChange, act: Callable[[OpenStreams], Step]) -> None:
    """An open stream does what the table of its life says: what goes to the group, what the
    publisher is told, and whether it is still open."""
    streams = opened(published=2)
    operation, notice = act(streams)
    phase, told = LIFE[StreamPhase.OPEN, change]
    assert len(streams) == (phase is StreamPhase.OPEN)
    errors = {
        StreamChange.FORBID: "Forbidden",
        StreamChange.EXPIRE: "IdleTimeout",
        StreamChange.CANCEL: "Cancelled",
    }
    if phase is StreamPhase.FREE:
        message, info = sent(operation)
        assert message == EMPTY
        assert (info.stream_id, info.sequence_id, info.ends) == ("s", 3, True)
        if change in errors:
            assert info.error is not None
            assert (info.error.name, info.error.user_error_code) == (errors[change], None)
        else:
            assert info.error in (None, BROKEN)
    elif change is StreamChange.ADVANCE:
        assert sent(operation) == (text(3), StreamInfo(stream_id="s", sequence_id=3))
    else:
        assert operation is None
    expected = 4 if change is StreamChange.ADVANCE else 3
    if told is Told.NACK:
        assert (notice.name, notice.expected) == ("InvalidSequenceId", 3)  # type: ignore[union-attr]
    else:
        answers = {
            Told.NOTHING: None,
            Told.ACK: ack(expected),
            Told.CLOSED: closed(errors.get(change)),
        }
        assert what(notice) == answers[told]


def test_the_table_is_whole() -> None:
    """Only a start opens, and everything else needs an open stream."""
    opening, rest = {StreamChange.START}, set(StreamChange) - {StreamChange.START}
    assert {change for phase, change in LIFE if phase is StreamPhase.FREE} == opening
    assert {change for phase, change in LIFE if phase is StreamPhase.OPEN} == rest


@pytest.mark.parametrize(
    "request_", [fragment(1), KeepStreamAlive(stream_id="s"), EndStream(stream_id="s")]
)
def test_what_is_not_open_is_not_found(
    request_: StreamFragment | KeepStreamAlive | EndStream,
) -> None:
    """Never opened, or closed before."""
    streams = OpenStreams(ALICE)
    for _ in range(2):
        operation, notice = streams.take(request_, 0.0)
        assert (operation, what(notice)) == (None, closed("StreamNotFound"))
        streams.start(start(), 0.0)
        streams.take(EndStream(stream_id="s"), 0.0)


@pytest.mark.parametrize(
    ("no_echo", "user_id"), [(False, "alice"), (False, None), (True, "alice"), (True, None)]
)
def test_what_goes_to_the_group(no_echo: bool, user_id: str | None) -> None:
    """Fragments and the end are sends of the publisher to the group; with noEcho, not to itself."""
    streams = OpenStreams(Publisher("chat", "c", user_id))
    streams.start(start(no_echo=no_echo), 0.0)
    for operation in (streams.take(fragment(1), 0.0).operation, *streams.cancel()):
        assert operation is not None
        assert (operation.hub, operation.group) == ("chat", "room")
        assert operation.from_user_id == user_id
        assert operation.excluded == ({"c"} if no_echo else set())


# Starts


@pytest.mark.parametrize(
    ("request_", "problem"),
    [
        (start(carries_message=True), "without data"),
        (start("i" * 1025), "1024"),
        (start(idle_timeout_ms=0), "idle timeout"),
        (start(idle_timeout_ms=-1), "idle timeout"),
        (start(idle_timeout_ms=MAX_IDLE_TIMEOUT_MS + 1), "idle timeout"),
        (start("open"), "open already"),
    ],
)
def test_refused_starts(request_: StartStream, problem: str) -> None:
    """What is wrong is said, and neither opens a stream nor ends one."""
    streams = opened("open")
    notice = streams.start(request_, 0.0)
    assert isinstance(notice, StreamClosed)
    assert notice.stream_id == request_.stream_id
    assert notice.error is not None
    assert notice.error.name == "BadRequest"
    assert problem in notice.error.message
    assert len(streams) == 1


@pytest.mark.parametrize(
    "request_", [start("i" * 1024), start(idle_timeout_ms=1), start(idle_timeout_ms=3_600_000)]
)
def test_the_limits_are_allowed(request_: StartStream) -> None:
    """The longest id and the shortest and the longest timeout."""
    assert OpenStreams(ALICE).start(request_, 0.0) == ack(1, request_.stream_id)


def test_the_number_is_bounded() -> None:
    """One more than the most is refused, until one is closed."""
    assert MAX_OPEN == 100
    streams = opened(*map(str, range(MAX_OPEN)))
    refused = streams.start(start("more"), 0.0)
    assert what(refused) == closed("BadRequest", "more")
    streams.take(EndStream(stream_id="0"), 0.0)
    assert streams.start(start("more"), 0.0) == ack(1, "more")
    few = OpenStreams(ALICE, most=1)
    assert few.start(start("a"), 0.0) == ack(1, "a")
    assert what(few.start(start("b"), 0.0)) == closed("BadRequest", "b")


def test_an_id_is_free_after_the_end() -> None:
    """The new stream begins anew."""
    streams = opened(published=5)
    streams.take(EndStream(stream_id="s"), 0.0)
    assert streams.start(start(group="other"), 0.0) == ack(1)
    assert streams.group_of("s") == "other"
    assert streams.take(fragment(1), 0.0).notice == ack(2)


# Time


@pytest.mark.parametrize("request_", [fragment(1), fragment(7), KeepStreamAlive(stream_id="s")])
def test_signs_of_life_restart_the_timeout(request_: StreamFragment | KeepStreamAlive) -> None:
    """A fragment, published or not, and a keep-alive; without one, the timeout is that of the
    start."""
    streams = OpenStreams(ALICE)
    streams.start(start(idle_timeout_ms=2000), 10.0)
    streams.take(request_, 11.5)
    assert streams.expire(13.4) == []
    (step,) = streams.expire(13.5)
    assert what(step.notice) == closed("IdleTimeout")
    assert streams.expire(99.0) == []


def test_the_usual_timeout() -> None:
    """Five minutes, when the client does not say."""
    assert DEFAULT_IDLE_TIMEOUT_MS == 300_000
    streams = opened("a", "b")
    streams.take(KeepStreamAlive(stream_id="b"), 1.0)
    assert streams.expire(299.9) == []
    assert [what(step.notice) for step in streams.expire(300.0)] == [closed("IdleTimeout", "a")]
    assert streams.group_of("b") == "room"


# Recovery


def test_a_client_that_is_back() -> None:
    """It is told where each stream stands, and which have been closed, the oldest first."""
    streams = opened("a", "b", "c", published=2)
    streams.take(EndStream(stream_id="b"), 0.0)
    streams.forbid("a")
    assert [*map(what, streams.resume())] == [
        ack(3, "c"),
        closed(None, "b"),
        closed("Forbidden", "a"),
    ]
    assert [*map(what, streams.resume())][1:] == [closed(None, "b"), closed("Forbidden", "a")]
    streams.start(start("b"), 0.0)
    assert [*map(what, streams.resume())] == [
        ack(3, "c"),
        ack(1, "b"),
        closed("Forbidden", "a"),
    ]


def test_what_is_remembered_is_bounded() -> None:
    """The oldest closed stream is forgotten first."""
    streams = OpenStreams(ALICE)
    for number in range(MAX_OPEN + 1):
        streams.start(start(str(number)), 0.0)
        streams.take(EndStream(stream_id=str(number)), 0.0)
    told = streams.resume()
    assert len(told) == MAX_OPEN
    assert what(told[0]) == closed(None, "1")


def test_a_start_whose_answer_may_be_lost() -> None:
    """A client that is back may start again what it has sent nothing of, once; what it has used
    since, or published of before, it knows to be open."""
    streams = opened("new", "kept")
    streams.start(start("used"), 0.0)
    streams.take(fragment(1, "used"), 0.0)
    assert what(streams.start(start("new"), 0.0)) == closed("BadRequest", "new")
    streams.resume()
    assert streams.start(start("new", group="other"), 0.0) == ack(1, "new")
    assert streams.group_of("new") == "other"
    streams.take(KeepStreamAlive(stream_id="kept"), 0.0)
    for stream_id in ("new", "kept", "used"):
        assert what(streams.start(start(stream_id), 0.0)) == closed("BadRequest", stream_id)
    assert len(streams) == 3


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), max_size=20))
def test_a_snapshot_is_a_value(acts: Sequence[tuple[str, int]]) -> None:
    """Streams that were installed from its bytes are those that it was taken of, and what happens
    to either of the two does not change the other, nor the snapshot."""
    streams = OpenStreams(ALICE)
    for stream_id, number in acts:
        streams.start(start(stream_id), 0.0)
        streams.take(fragment(number, stream_id), 1.0)
        if number == 3:
            streams.take(EndStream(stream_id=stream_id), 1.0)
    snapshot = streams.snapshot()
    data = msgspec.json.encode(snapshot)
    installed = OpenStreams(ALICE, msgspec.json.decode(data, type=StreamsSnapshot))
    assert installed.resume() == streams.resume()
    twin = OpenStreams(ALICE, snapshot)
    for one in (streams, twin):
        one.start(start("c"), 0.0)
        for number in range(5):
            one.take(fragment(number, "a"), 2.0)
        one.cancel()
    assert msgspec.json.encode(snapshot) == data
    assert installed.snapshot() == snapshot


# Anything at all


class AnyClient(RuleBasedStateMachine):
    """A client that says anything in any order, on two ids."""

    ids = st.sampled_from("ab")

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.streams = OpenStreams(ALICE)
        #: What the group has seen of the stream of an id, since it began.
        self.seen: dict[str, list[tuple[int, bytes, bool]]] = {}

    def see(self, *operations: SendToGroup | None) -> None:
        for operation in filter(None, operations):
            message, info = sent(operation)
            self.seen[info.stream_id].append((info.sequence_id, message.data, info.ends))

    @rule(stream_id=ids)
    def start(self, stream_id: str) -> None:
        was_open = self.streams.group_of(stream_id) is not None
        notice = self.streams.start(start(stream_id, idle_timeout_ms=5000), self.now)
        if isinstance(notice, StreamAck):
            # Whoever may open an id again has published nothing under it.
            assert not was_open or self.seen[stream_id] == []
            self.seen[stream_id] = []

    @rule(stream_id=ids, number=st.integers(0, 6))
    def publish(self, stream_id: str, number: int) -> None:
        step = self.streams.take(fragment(number, stream_id), self.now)
        self.see(step.operation)
        if self.streams.group_of(stream_id) is not None:
            # Whatever the number was, the answer says what comes next.
            assert step.notice.expected == len(self.seen[stream_id]) + 1  # type: ignore[union-attr]

    @rule(stream_id=ids, error=st.none() | st.just(BROKEN))
    def end(self, stream_id: str, error: StreamError | None) -> None:
        self.see(self.streams.take(EndStream(stream_id=stream_id, error=error), self.now).operation)

    @rule(stream_id=ids)
    def keep_alive(self, stream_id: str) -> None:
        self.streams.take(KeepStreamAlive(stream_id=stream_id), self.now)

    @rule(stream_id=ids)
    def revoke(self, stream_id: str) -> None:
        if self.streams.group_of(stream_id) is not None:
            self.see(self.streams.forbid(stream_id).operation)

    @rule(seconds=st.integers(0, 6))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.see(*(step.operation for step in self.streams.expire(self.now)))

    @rule()
    def come_back(self) -> None:
        self.streams = OpenStreams(ALICE, self.streams.snapshot())
        self.streams.resume()

    @rule()
    def leave(self) -> None:
        self.see(*self.streams.cancel())
        assert len(self.streams) == 0

    @invariant()
    def what_the_group_has_seen(self) -> None:
        """Fragments 1 to n, each once and in order, and then one end if the stream is not open."""
        for stream_id, seen in self.seen.items():
            assert [number for number, _, _ in seen] == [*range(1, len(seen) + 1)]
            is_open = self.streams.group_of(stream_id) is not None
            fragments = seen if is_open else seen[:-1]
            assert all(data == str(number).encode() for number, data, _ in fragments)
            ends = [ends for _, _, ends in seen]
            assert ends == [False] * len(fragments) + [True] * (not is_open)


TestAnyClient = AnyClient.TestCase


def test_errors_have_their_names() -> None:
    """Those of the reference, and a sentence for people."""
    streams = opened()
    for step in (streams.forbid("s"), streams.take(fragment(1), 0.0)):
        assert isinstance(step.notice, StreamClosed)
        assert isinstance(step.notice.error, NoticeError)
        assert step.notice.error.message.endswith(".")
