"""Fan-out: one message to many sessions.

A message is encoded once per client protocol, and kept once for all recipients as long as the next
is for the same ones: that is a run. For reliable sessions, attached or not, it is numbered and kept
for each of them. Specification: client-protocols sections 5.8, 7.2, 7.3 and 14.
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
from webpubsub.service.sessions.session import Session
from webpubsub.service.websockets.frames import wire_bytes
from webpubsub.service.websockets.runs import Lane, Run

logger = logging.getLogger("webpubsub.service.connections")

#: To fewer than so many, a run would cost more than it saves.
_MANY = 16

#: The frames of a message by the name of the codec, made once for each.
_Frames: TypeAlias = dict[str, Sequence[Frame]]


def deliver(register: Register, delivery: Delivery, sessions: Iterable[Session]) -> Refusal | None:
    """Send a message to sessions: the hot path of the service.

    CHOICE: the JSON null is refused, whoever it is for. It is not known whether Azure sends it, but
    that official clients fail on it is.
    """
    if delivery.message.is_null:
        return MESSAGE_NULL.refuse("null", "The JSON null cannot be sent as a message.")
    recipients = list(sessions)
    if register.point.observer is not None:
        _observe(register, delivery, recipients)
    frames: _Frames = {}
    send = _send_to_each if len(recipients) < _MANY else _send_to_all
    if others := send(recipients, delivery, frames):
        _deliver_reliably(register, delivery, others, frames)
    return None


def _send_to_each(
    recipients: Sequence[Session], delivery: Delivery, frames: _Frames
) -> Sequence[Session]:
    """Append the same bytes to the outboxes of all clients that have one; returns the others."""
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
    return others


def _send_to_all(
    recipients: Sequence[Session], delivery: Delivery, frames: _Frames
) -> Sequence[Session]:
    """The same in a run, which goes on where the last message was for the same recipients."""
    first = next((session.outbox for session in recipients if session.outbox is not None), None)
    if first is None:
        return recipients
    run = first.flusher.run
    if run is None or run.recipients != recipients:
        run = Run(recipients, _lanes(recipients))
        first.flusher.begin(run)
    parts = [wire_bytes(_encode(delivery, codec, frames)) for codec in run.codecs]
    run.say(parts, delivery.expires_at)
    if run.size == len(recipients):
        return ()
    return [session for session in recipients if session.outbox is None]


def _lanes(sessions: Iterable[Session]) -> Collection[Lane]:
    lanes: dict[str, Lane] = {}
    for session in sessions:
        outbox = session.outbox
        if outbox is None:
            continue
        lane = lanes.get(outbox.codec_name)
        if lane is None:
            lane = lanes[outbox.codec_name] = Lane(outbox.codec)
        lane.members.append(outbox)
    return lanes.values()


def _encode(delivery: Delivery, codec: ClientCodec, frames: _Frames) -> Sequence[Frame]:
    encoded = frames.get(codec.name)
    if encoded is None:
        encoded = frames[codec.name] = codec.encode_delivery(delivery)
    return encoded


def _deliver_reliably(
    register: Register, delivery: Delivery, sessions: Iterable[Session], frames: _Frames
) -> None:
    """Give the message a number in every reliable session and keep it there."""
    full: list[Session] = []
    sizes: dict[str, int] = {}
    for session in sessions:
        buffer = session.buffer
        if buffer is None:
            continue
        codec = buffer.codec
        encoded = _encode(delivery, codec, frames)
        size = sizes.get(codec.name)
        if size is None:
            size = sizes[codec.name] = sum(len(frame.payload) for frame in encoded)
        sequence_id = buffer.add(delivery, size)
        if sequence_id is None:
            full.append(session)
        elif session.attachment is not None:
            numbered = wire_bytes(buffer.number(encoded, sequence_id))
            session.attachment.outbox.append(numbered, delivery.expires_at)
    # What comes of it must not overtake this message.
    for session in full:
        _overflow(register, session)


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
