"""The TCP listener of the function app: one address, one port."""

import asyncio
import errno
from collections.abc import Awaitable, Callable

from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.connection import Connections
from webpubsub.host.extensions.http.refusing import refused
from webpubsub.host.extensions.http.requests import Handler, Request
from webpubsub.ingress.ports import close_port
from webpubsub.ingress.turnstile import MOST_AT_ONCE, Turnstile
from webpubsub.protocol.refusals.functions import HOST_NOT_RUNNING
from webpubsub.protocol.timers import Timers


class Listener:
    """Answers HTTP requests with its ``handler``, from ``start`` to ``stop``.

    The handler may change while requests run: each is answered by the one that it found, and
    connections go on. Without one, the answer is 503. It ``takes`` requests to which the answer
    will be whole. Without ``listens``, connections come through ``door`` only. How long clients may
    take goes by ``timers``, or else by the event loop.
    """

    def __init__(
        self, address: str, port: int, *, listens: bool = True, timers: Timers | None = None
    ) -> None:
        self.address = address
        self._listens = listens
        self.handler: Handler | None = None
        self.takes: Callable[[Request], bool] = _takes_none
        #: How often anybody else was heard, who is not to wait for requests.
        self.heard: Callable[[], int] = int
        self._port = port
        self._timers = timers
        self._turnstile: Turnstile | None = None
        self._connections: Connections | None = None
        self._sockets: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port it listens on, which is the one asked for unless that was 0."""
        if self._sockets is not None and self._sockets.sockets:
            return int(self._sockets.sockets[0].getsockname()[1])
        return self._port

    async def start(self) -> None:
        """Open the port, unless it is open. Raises HostError when that cannot be done."""
        if self._connections is not None:
            return
        loop = asyncio.get_running_loop()
        connections = Connections(self, self._timers or loop)
        self._turnstile = Turnstile(loop, heard=lambda: self.heard(), most=MOST_AT_ONCE)
        try:
            if self._listens:
                self._sockets = await loop.create_server(connections, self.address, self._port)
            self._connections = connections
        except (OSError, OverflowError) as error:
            raise HostError(self._reason(error)) from None

    def door(self) -> asyncio.Protocol:
        """A protocol for a connection that comes another way than through the port."""
        if self._connections is None:
            raise RuntimeError("the listener has not been started")
        return self._connections()

    async def stop(self, seconds: float) -> None:
        """Close the port, let requests that have begun finish for some seconds, and cut the rest
        off."""
        if self._connections is None:
            return
        if self._sockets is not None:
            self._port = self.port
            await close_port(self._sockets)
        await self._connections.close(seconds)
        self._sockets = self._connections = None

    def answer(self, request: Request) -> Awaitable[Answer]:
        """Have a request answered in its turn."""
        handler, turnstile = self.handler or _no_answer, self._turnstile
        if turnstile is None or turnstile.take():
            return handler(request)
        return _answer_in(turnstile.turn(), handler, request)

    async def let_pass(self) -> None:
        """Wait until all requests that wait for their turns by now have had them."""
        if self._turnstile is not None:
            await self._turnstile.turn()

    def _reason(self, error: OSError | OverflowError) -> str:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            return (
                f"port {self._port} is in use by another process. Stop that process, or choose "
                "another port with --port."
            )
        text = error.strerror if isinstance(error, OSError) else str(error)
        return f"cannot listen on {self.address} port {self._port}: {text}."


def _takes_none(_: Request) -> bool:
    return False


async def _answer_in(turn: Awaitable[None], handler: Handler, request: Request) -> Answer:
    await turn
    return await handler(request)


async def _no_answer(request: Request) -> Answer:
    refusal = HOST_NOT_RUNNING.refuse("an app that is not ready")
    return refused(request, refusal, "Function host is not running.")
