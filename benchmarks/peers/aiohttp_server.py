"""The aiohttp peer: /echo answers to the sender, /publish sends to every client of /receive."""

import sys

import uvloop
from aiohttp import WSMsgType, web


class Peer:
    """A plain WebSocket server."""

    def __init__(self) -> None:
        self._receivers: set[web.WebSocketResponse] = set()

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application()
        app.router.add_get("/echo", self.echo)
        app.router.add_get("/publish", self.publish)
        app.router.add_get("/receive", self.receive)
        return app

    async def echo(self, request: web.Request) -> web.WebSocketResponse:
        """Send every message back."""
        socket = await _accept(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
        return socket

    async def publish(self, request: web.Request) -> web.WebSocketResponse:
        """Send every message to all receivers."""
        socket = await _accept(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                for receiver in self._receivers:
                    await receiver.send_str(message.data)
        return socket

    async def receive(self, request: web.Request) -> web.WebSocketResponse:
        """Be sent what is published."""
        socket = await _accept(request)
        self._receivers.add(socket)
        try:
            async for _ in socket:
                pass
        finally:
            self._receivers.discard(socket)
        return socket


async def _accept(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    return socket


def main() -> None:
    """Serve on the port given as the only argument."""
    web.run_app(
        Peer().application(),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        print=None,
        access_log=None,
        loop=uvloop.new_event_loop(),
    )


if __name__ == "__main__":
    main()
