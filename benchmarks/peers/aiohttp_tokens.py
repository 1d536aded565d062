"""The aiohttp peer with access tokens: what a service does for a client, by hand.

/api/negotiate makes the token of a client, /client checks it and accepts the WebSocket, and
/users/NAME checks the token of a server and sends its text to the client of that name.
"""

import sys
import time

import jwt
import uvloop
from aiohttp import WSMsgType, web

_LIFETIME = 3600


class Peer:
    """A WebSocket server that knows its clients by their tokens."""

    def __init__(self, port: int, key: str) -> None:
        self._address = f"127.0.0.1:{port}"
        self._key = key
        self._clients: dict[str, web.WebSocketResponse] = {}

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application()
        app.router.add_get("/api/negotiate", self.negotiate)
        app.router.add_get("/client", self.connect)
        app.router.add_post("/users/{user}", self.send)
        return app

    async def negotiate(self, request: web.Request) -> web.Response:
        """The address at which a user connects."""
        now = int(time.time())
        audience = f"http://{self._address}/client"
        claims = {"aud": audience, "iat": now, "exp": now + _LIFETIME, "sub": request.query["user"]}
        token = jwt.encode(claims, self._key, "HS256")
        url = f"ws://{self._address}/client?access_token={token}"
        return web.json_response({"url": url})

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """A client, who is sent what comes for it."""
        user = self._claims(request, request.query["access_token"])["sub"]
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self._clients[user] = socket
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            del self._clients[user]
        return socket

    async def send(self, request: web.Request) -> web.Response:
        """The body, to the client of a user."""
        self._claims(request, request.headers["Authorization"].removeprefix("Bearer "))
        await self._clients[request.match_info["user"]].send_str(await request.text())
        return web.Response(status=202)

    def _claims(self, request: web.Request, token: str) -> dict[str, str]:
        audience = f"http://{self._address}{request.path}"
        try:
            claims: dict[str, str] = jwt.decode(token, self._key, ["HS256"], audience=audience)
        except jwt.InvalidTokenError:
            raise web.HTTPUnauthorized from None
        return claims


def main() -> None:
    """Serve on the port, with the key, given as arguments."""
    port = int(sys.argv[1])
    web.run_app(
        Peer(port, sys.argv[2]).application(),
        host="127.0.0.1",
        port=port,
        print=None,
        access_log=None,
        loop=uvloop.new_event_loop(),
    )


if __name__ == "__main__":
    main()
