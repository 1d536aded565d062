"""Tokens that expire before their time. Specification: client-protocols section 1.3."""

import aiohttp
import pytest

from tests.service.wire import running
from webpubsub.protocol.access_tokens import client_token


async def test_a_token_is_too_old_in_the_query_and_in_the_header() -> None:
    """Which is refused as any other that is; one that cannot be read is refused for that."""
    async with running() as service, aiohttp.ClientSession() as session:
        access = await service.client.client_access("chat", user_id="alice")
        service.faults.expire_tokens()
        for url, headers in [
            (access.url, {}),
            (access.base_url, {"Authorization": f"Bearer {access.access_token}"}),
            (f"{access.base_url}?access_token=nonsense", {}),
        ]:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(url, headers=headers)
            assert refused.value.status == 401
        service.faults.clear()
        await (await session.ws_connect(access.url)).close()


async def test_who_needs_no_token_comes_in() -> None:
    """Nothing of it can be old; a token with other claims keeps them."""
    async with running() as service, aiohttp.ClientSession() as session:
        service.faults.expire_tokens()
        token = client_token(
            service.endpoint, "chat", service.settings.access_keys[0], now=0, user_id="alice"
        )
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"{service.endpoint}/client/hubs/chat?access_token={token}")
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"{service.endpoint}/client/hubs/chat")
