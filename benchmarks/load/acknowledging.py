"""What reliable clients say of what they have received.

Real ones do that once a second, if they have anything new, each by a timer of its own: some of them
at any time, and never all at once. Here each does it whenever it has so many messages more, so that
there is as much to be done for a message however fast they come, and others at other messages. That
is a quarter of what the service keeps for a client, and once a second where messages come as fast
as a service can number them for a thousand clients, one after the other.
"""

from benchmarks.load.frames import masked

#: After so many messages, and how much earlier than the one before: all times are as frequent,
#: because the two have no divisor in common.
EVERY, SCATTER = 250, 61


def acknowledgement(number: int, received: int, messages: int) -> bytes:
    """What a client says, in a frame, that has just received the last so many of all its messages;
    nothing at most times. ``number`` tells it from others."""
    place = received + number * SCATTER
    if place // EVERY == (place - messages) // EVERY:
        return b""
    return masked(b'{"type":"sequenceAck","sequenceId":%d}' % received)
