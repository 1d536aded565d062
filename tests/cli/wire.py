"""HTTP as text."""

import asyncio


async def exchange(port: int, request: str) -> str:
    """What a server of this machine answers first to some text."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request.encode())
        return (await asyncio.wait_for(reader.read(4096), 5)).decode()
    finally:
        writer.close()
        await writer.wait_closed()
