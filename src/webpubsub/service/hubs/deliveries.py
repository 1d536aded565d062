"""Fan-out: one message to many sessions.

A message is encoded once per client protocol, and then every recipient costs one append. For
reliable sessions, attached or not, it is numbered and kept as well. Specification: client-protocols
sections 5.8, 7.2, 7.3 and 14.
"""

import logging
from collections.abc import Iterable, Sequence

from webpubsub.protocol.clients.codec import Frame
from webpubsub.protocol.messages import Delivery
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.hub import MESSAGE_NULL
from webpubsub.protocol.refusals.websockets import BUFFER_FULL, close_refusal
from webpubsub.service import observation
from webpubsub.service.hubs.register import Register
from webpubsub.service.sessions.session import Session
from webpubsub.service.websockets.frames import wire_bytes

logger = logging.getLogger("webpubsub.service.connections")


def deliver(register: Register, delivery: Delivery, sessions: Iterable[Session]) -> Refusal | None:
    """Send a message to sessions: the hot loop of the service.

    CHOICE: the JSON null is refused, whoever it is for. It is not known whether Azure sends it, but
    that official clients fail on it is.
    """
    if delivery.message.is_null:
        return MESSAGE_NULL.refuse("null", "The JSON null cannot be sent as a message.")
    if register.point.observer is not None:
        sessions = list(sessions)
        _observe(register, delivery, sessions)
    encodings, expires_at = delivery.encodings, delivery.expires_at
    frames: dict[str, Sequence[Frame]] = {}
    others: list[Session] = []
    for session in sessions:
        outbox = session.outbox
        if outbox is None:
            others.append(session)
            continue
        data = encodings.get(outbox.codec_name)
        if data is None:
            frames[outbox.codec_name] = outbox.codec.encode_delivery(delivery)
            data = wire_bytes(frames[outbox.codec_name])
            encodings[outbox.codec_name] = data
        outbox.append(data, expires_at)
    if others:
        _deliver_reliably(register, delivery, others, frames)
    return None


def _deliver_reliably(
    register: Register,
    delivery: Delivery,
    sessions: Iterable[Session],
    frames: dict[str, Sequence[Frame]],
) -> None:
    """Give the message a number in every session and keep it there; the frames of each codec are
    made once."""
    # What is kept is the message alone.
    delivery.encodings.clear()
    full: list[Session] = []
    sizes: dict[str, int] = {}
    for session in sessions:
        buffer = session.buffer
        if buffer is None:
            continue
        codec = buffer.codec
        encoded = frames.get(codec.name)
        if encoded is None:
            encoded = frames[codec.name] = codec.encode_delivery(delivery)
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
