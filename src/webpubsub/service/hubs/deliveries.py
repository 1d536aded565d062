"""Fan-out: one message to many sessions.

A message is encoded once per client protocol, and kept once for all recipients as long as they are
sent nothing together with others: that is a run. In reliable sessions, attached or not, it has a
number, and is kept until it is acknowledged. Specification: client-protocols sections 5.8, 7.2, 7.3
and 14.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from typing import TypeAlias

from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.messages import Delivery
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.hub import MESSAGE_NULL
from webpubsub.protocol.refusals.websockets import BUFFER_FULL, close_refusal
from webpubsub.service import observation
from webpubsub.service.hubs.register import Register
from webpubsub.service.sessions.numbered_lane import NumberedLane
from webpubsub.service.sessions.reliability import MessageBuffer
from webpubsub.service.sessions.session import Session
from webpubsub.service.websockets.frames import wire_bytes
from webpubsub.service.websockets.outgoing.flusher import Flusher
from webpubsub.service.websockets.outgoing.lanes import PlainLane
from webpubsub.service.websockets.outgoing.runs import Run

logger = logging.getLogger("webpubsub.service.connections")

#: To fewer than so many, a run would cost more than it saves.
_MANY = 12

#: The frames of a message by the name of the codec, made once for each.
_Frames: TypeAlias = dict[str, Sequence[Frame]]


def deliver(
    register: Register,
    delivery: Delivery,
    sessions: Iterable[Session],
    excluded: Collection[str] = (),
) -> Refusal | None:
    """Send a message to sessions, but not to these connections: the hot path of the service.

    CHOICE: the JSON null is refused, whoever it is for. It is not known whether Azure sends it, but
    that official clients fail on it is.
    """
    if delivery.message.is_null:
        return MESSAGE_NULL.refuse("null", "The JSON null cannot be sent as a message.")
    together = recipients = list(sessions)
    but: Session | None = None
    if excluded:
        but, recipients = _leave_out(register, together, excluded)
        together = recipients if but is None else together
    if register.point.observer is not None:
        _observe(register, delivery, recipients)
    frames: _Frames = {}
    if len(recipients) < _MANY or not _send_in_run(together, delivery, frames, but):
        _send_to_each(register, recipients, delivery, frames)
    return None


def _leave_out(
    register: Register, sessions: list[Session], excluded: Collection[str]
) -> tuple[Session | None, list[Session]]:
    """Who is left out where that is one of the sessions, and all others. Where each is left out of
    what is its own, all of that is one run."""
    if len(excluded) == 1:
        (connection_id,) = excluded
        session = register.sessions.get(connection_id)
        # A filter may not mean it, and then it would never be visited.
        if session in sessions:
            others = sessions.copy()
            others.remove(session)
            return session, others
    return None, [one for one in sessions if one.connection_id not in excluded]


def _send_in_run(
    recipients: list[Session], delivery: Delivery, frames: _Frames, but: Session | None
) -> bool:
    """Keep a message once for all recipients but one, in the run of these. Returns False where that
    cannot be done."""
    attached = (session.attachment for session in recipients if session.attachment is not None)
    first = next(attached, None)
    if first is None:
        return False
    flusher, run = first.outbox.flusher, first.outbox.run
    if run is None or run.recipients != recipients:
        run = _make_run(recipients, flusher)
    if run.is_over:
        flusher.begin(run)
    left_out = None if but is None else but.outbox or but.buffer
    if run.say(delivery, lambda codec: _encode(delivery, codec, frames), left_out):
        flusher.backlog.count(run)
        return True
    flusher.end(run)
    return False


def _make_run(recipients: Sequence[Session], flusher: Flusher) -> Run:
    """What some of them are in together with others ends first."""
    run, earlier = Run(recipients), None
    lanes: dict[str, PlainLane] = {}
    lane: PlainLane | None = None
    buffers: list[MessageBuffer] = []
    for session in recipients:
        outbox = session.outbox
        if outbox is None:
            if session.buffer is not None:
                buffers.append(session.buffer)
            continue
        # Nearly always these two are the same as for the one before.
        if outbox.run is not earlier:
            earlier = outbox.run
            flusher.end(earlier)
        if lane is None or lane.codec is not outbox.codec:
            lane = lanes.setdefault(outbox.codec_name, PlainLane(outbox.codec))
        outbox.run = run
        lane.members.append(outbox)
    run.enlist([*lanes.values(), *_numbered_lanes(buffers, run, flusher)])
    return run


def _numbered_lanes(
    buffers: Sequence[MessageBuffer], run: Run, flusher: Flusher
) -> Iterable[NumberedLane]:
    lanes: dict[str, NumberedLane] = {}
    earlier = None
    for buffer in buffers:
        if buffer.run is not earlier:
            earlier = buffer.run
            flusher.end(earlier)
        buffer.run = run
        if buffer.outbox is not None:
            buffer.outbox.run = run
        lane = lanes.get(buffer.codec.name)
        if lane is None:
            lane = lanes[buffer.codec.name] = NumberedLane(buffer.codec)
        lane.members.append(buffer)
    return lanes.values()


def _send_to_each(
    register: Register, recipients: Sequence[Session], delivery: Delivery, frames: _Frames
) -> None:
    """Append a message to one outbox after the other."""
    others: list[Session] = []
    encoded: dict[str, bytes] = {}
    expires_at = delivery.expires_at
    for session in recipients:
        outbox = session.outbox
        if outbox is None:
            others.append(session)
            continue
        data = encoded.get(outbox.codec_name)
        if data is None:
            data = encoded[outbox.codec_name] = wire_bytes(_encode(delivery, outbox.codec, frames))
        outbox.append(data, expires_at)
    if others:
        _send_numbered(register, others, delivery, frames)


def _send_numbered(
    register: Register, sessions: Iterable[Session], delivery: Delivery, frames: _Frames
) -> None:
    """Give the message a number in every reliable session and keep it there."""
    full: list[Session] = []
    for session in sessions:
        buffer = session.buffer
        if buffer is None:
            continue
        encoded = _encode(delivery, buffer.codec, frames)
        sequence_id = buffer.add(delivery, sum([len(frame.payload) for frame in encoded]))
        if sequence_id is None:
            full.append(session)
        elif buffer.outbox is not None:
            numbered = wire_bytes(buffer.number(encoded, sequence_id))
            buffer.outbox.append(numbered, delivery.expires_at)
    # What comes of it must not overtake this message.
    for session in full:
        _overflow(register, session)


def _encode(delivery: Delivery, codec: ClientCodec, frames: _Frames) -> Sequence[Frame]:
    encoded = frames.get(codec.name)
    if encoded is None:
        encoded = frames[codec.name] = codec.encode_delivery(delivery)
    return encoded


def _overflow(register: Register, session: Session) -> None:
    """A client that does not acknowledge is gone for good."""
    kept = 0 if session.buffer is None else len(session.buffer)
    refusal = close_refusal(BUFFER_FULL, f"one more than {kept} messages")
    logger.warning(
        "hub '%s', connection %s: %s", register.name, session.connection_id, refusal.describe()
    )
    attachment = session.attachment
    register.end(session, refusal.wire_message)
    if attachment is not None:
        attachment.expel(refusal)


def _observe(register: Register, delivery: Delivery, sessions: Iterable[Session]) -> None:
    observer = register.point.observer
    if observer is not None:
        recipients = tuple(session.connection_id for session in sessions)
        observer(observation.Delivered(register.name, delivery, recipients))
