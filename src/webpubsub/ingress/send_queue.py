"""What the system has taken to send, and the other side has not confirmed."""

import asyncio
import sys
from contextlib import suppress

if sys.platform == "linux":
    import fcntl
    import struct
    import termios

    def send_queue_size(transport: asyncio.BaseTransport) -> int:
        """How many bytes that are, as far as the system says."""
        found = transport.get_extra_info("socket")
        if found is None:
            return 0
        with suppress(OSError, ValueError):  # it is closed
            data = fcntl.ioctl(found.fileno(), termios.TIOCOUTQ, bytes(struct.calcsize("i")))
            return int(struct.unpack("i", data)[0])
        return 0

else:

    def send_queue_size(_: asyncio.BaseTransport) -> int:
        """Other systems do not say."""
        return 0
