"""The aiohttp peer: ``/echo`` answers to the sender, and ``/member/GROUP`` and
``/publisher/GROUP`` send to every client of the first."""

import sys
from collections import defaultdict

import uvloop
from aiohttp import WSMsgType, web


class Peer:
    """A plain WebSocket server."""

    def __init__(self) -> None:
        self._groups: dict[str, set[web.WebSocketResponse]] = defaultdict(set)

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application()
        app.router.add_get("/echo", self.echo)
        app.router.add_get("/member/{group}", self.member)
        app.router.add_get("/publisher/{group}", self.publisher)
        return app

    async def echo(self, request: web.Request) -> web.WebSocketResponse:
        """Send every message back."""
        socket = await _accept(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
        return socket

    async def member(self, request: web.Request) -> web.WebSocketResponse:
        """Be sent what is published, and publish."""
        socket = await _accept(request)
        group = self._groups[request.match_info["group"]]
        group.add(socket)
        try:
            await _publish(socket, group)
        finally:
            group.discard(socket)
        return socket

    async def publisher(self, request: web.Request) -> web.WebSocketResponse:
        """Publish."""
        socket = await _accept(request)
        await _publish(socket, self._groups[request.match_info["group"]])
        return socket


async def _publish(socket: web.WebSocketResponse, group: set[web.WebSocketResponse]) -> None:
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            for member in list(group):
                await member.send_str(message.data)


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
        backlog=4096,
        print=None,
        access_log=None,
        loop=uvloop.new_event_loop(),
    )


if __name__ == "__main__":
    main()
