"""Runs examples/chat where there is no network but this machine's own, and talks to it.

To be started in a network namespace of its own: ``unshare --net python -m
tests.examples.without_network``.
"""

import asyncio
import fcntl
import socket
import struct

import aiohttp

from tests.cli.processes import EXAMPLES, StartedApp

_SET_FLAGS, _IS_UP = 0x8914, 0x1


def raise_loopback() -> None:
    """The one interface of a new namespace is down."""
    with socket.socket() as any_socket:
        request = struct.pack("16sh14x", b"lo", _IS_UP)
        fcntl.ioctl(any_socket, _SET_FLAGS, request)


async def talk(app: StartedApp) -> list[str]:
    """What alice sees until her message was passed on and answered."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{app.url}/negotiate?user=alice") as answer:
            url = (await answer.json())["url"]
        async with session.ws_connect(url) as client:
            await client.send_str("hello")
            seen = [await client.receive_str(timeout=10)]
            while "message 1" not in seen[-1]:
                seen.append(await client.receive_str(timeout=10))
            return seen


def main() -> None:
    """Fails unless everything works, and unless there is nothing but loopback."""
    assert [name for _, name in socket.if_nameindex()] == ["lo"], "there is a network here"
    raise_loopback()
    with StartedApp(EXAMPLES / "chat") as app:
        app.wait_until_ready()
        seen = asyncio.run(talk(app))
        assert app.interrupt() == 0
        assert "Traceback" not in app.output
    print("\n".join(seen))


if __name__ == "__main__":
    main()
