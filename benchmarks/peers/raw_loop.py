"""No server but a limit: every message of a publisher is sent to all members in a plain loop over
their sockets, one system call for each. There is one group, and nobody is ever waited for."""

import base64
import hashlib
import sys
from selectors import EVENT_READ, DefaultSelector
from socket import create_server, socket

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_EXTENDED = 126


def accept(server: socket) -> tuple[socket, bool] | None:
    """A client that has shaken hands, and whether it is a member; None where it only looked."""
    client, _ = server.accept()
    head = client.recv(4096)
    if not head:
        return None
    key = head.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
    accepted = base64.b64encode(hashlib.sha1(key + _GUID).digest())
    client.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accepted + b"\r\n\r\n"
    )
    return client, head.startswith(b"GET /member/")


def take_frame(received: bytearray) -> bytes:
    """The first frame as it is to be sent on; empty where it is not whole."""
    if len(received) < 8:
        return b""
    size, start = received[1] & 0x7F, 2
    if size == _EXTENDED:
        size, start = int.from_bytes(received[2:4]), 4
    end = start + 4 + size
    if len(received) < end:
        return b""
    mask, payload = received[start : start + 4], received[start + 4 : end]
    repeated = int.from_bytes((mask * (size // 4 + 1))[:size])
    text = (int.from_bytes(payload) ^ repeated).to_bytes(size)
    head = bytes([received[0], received[1] & 0x7F]) + bytes(received[2:start])
    del received[:end]
    return head + text


class Loop:
    """All sockets; only those of publishers are read."""

    def __init__(self, port: int) -> None:
        self._server = create_server(("127.0.0.1", port), backlog=4096)
        self._members: list[socket] = []
        self._selector = DefaultSelector()
        self._selector.register(self._server, EVENT_READ)

    def run(self) -> None:
        """Until the process is ended."""
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    self._accept()
                else:
                    self._read(*key.data)

    def _accept(self) -> None:
        match accept(self._server):
            case client, True:
                self._members.append(client)
            case client, False:
                self._selector.register(client, EVENT_READ, (client, bytearray()))

    def _read(self, publisher: socket, received: bytearray) -> None:
        more = publisher.recv(1 << 18)
        if not more:
            self._selector.unregister(publisher)
        received += more
        while frame := take_frame(received):
            for member in self._members:
                member.send(frame)


if __name__ == "__main__":
    Loop(int(sys.argv[1])).run()
