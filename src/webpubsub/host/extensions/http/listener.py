"""The TCP listener of the function app: one address, one port."""

import asyncio
import errno
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.connection import Connections
from webpubsub.host.extensions.http.handed_over import answered
from webpubsub.host.extensions.http.refusing import refused
from webpubsub.host.extensions.http.requests import Handler, Request
from webpubsub.protocol.refusals.functions import HOST_NOT_RUNNING


def _in_one_line(record: logging.LogRecord) -> bool:
    """A request that is no HTTP is the client's mistake: one line says it."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg = f"{record.getMessage()}: it is no valid HTTP ({type(error).__name__})"
        record.args = None
    return True


#: Bytes of one header, as much as the server of Azure takes for all of them: tokens with many
#: groups are long.
_MOST_HEADER_BYTES = 32_768

logger = logging.getLogger("webpubsub.host.http.listener")
logger.addFilter(_in_one_line)


class Listener:
    """Answers HTTP requests with its ``handler``, from ``start`` to ``stop``.

    The handler may change while requests run: each is answered by the one that it found, and
    connections go on. Without one, the answer is 503. It ``takes`` requests to which the answer
    will be whole. Without ``listens``, connections come through ``door`` only.
    """

    def __init__(self, address: str, port: int, *, listens: bool = True) -> None:
        self.address = address
        self._listens = listens
        self.handler: Handler | None = None
        self.takes: Callable[[Request], bool] = _takes_none
        self._port = port
        self._http: web.Server | None = None
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
        if self._http is not None:
            return
        loop = asyncio.get_running_loop()
        http = web.Server(
            self._answer_original,
            access_log=None,
            auto_decompress=False,
            logger=logger,
            max_field_size=_MOST_HEADER_BYTES,
        )
        connections = Connections(http=http, answerer=self, logger=logger)
        try:
            if self._listens:
                self._sockets = await loop.create_server(connections, self.address, self._port)
            self._http, self._connections = http, connections
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
        if self._http is None or self._connections is None:
            return
        if self._sockets is not None:
            self._port = self.port
            self._sockets.close()
        self._http.pre_shutdown()
        await asyncio.gather(self._connections.close(seconds), self._http.shutdown(seconds))
        self._sockets = self._http = self._connections = None

    def answer(self, request: Request) -> Awaitable[Answer]:
        """Have a request answered."""
        return _no_answer(request) if self.handler is None else self.handler(request)

    def _answer_original(self, original: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        return answered(original, self.answer)

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


async def _no_answer(request: Request) -> Answer:
    refusal = HOST_NOT_RUNNING.refuse("an app that is not ready")
    return refused(request, refusal, "Function host is not running.")
