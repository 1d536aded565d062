"""The service behind a reverse proxy that ends TLS and keeps connections for reuse.

Specification: client-protocols sections 1.1 and 1.3, rest-api section 3.2.
"""

import asyncio
import ssl
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.messaging.webpubsubservice import WebPubSubServiceClient

from tests.service.reverse_proxy import ReverseProxy, proxying
from tests.service.wire import PATIENCE, App, dial, handshake, running
from webpubsub.protocol.access_tokens import client_token
from webpubsub.protocol.connection_strings import ConnectionString
from webpubsub.service.settings import DEVELOPMENT_KEY


async def called(proxy: ReverseProxy, name: str, *arguments: Any, **options: Any) -> Any:
    """Call the service through the proxy with the official SDK."""
    with WebPubSubServiceClient.from_connection_string(
        str(ConnectionString(proxy.endpoint, DEVELOPMENT_KEY)),
        hub="chat",
        connection_verify=str(proxy.certificate),
        retry_total=0,
    ) as client:
        return await asyncio.to_thread(getattr(client, name), *arguments, **options)


async def connected(proxy: ReverseProxy, url: str) -> list[str]:
    """What a client of the proxy receives, up to a message to everybody."""
    trust = ssl.create_default_context(cafile=str(proxy.certificate))
    async with aiohttp.ClientSession() as session, session.ws_connect(url, ssl=trust) as client:
        await client.send_str("hi")
        heard = [await client.receive_str(timeout=PATIENCE)]
        await called(proxy, "send_to_all", "to all", content_type="text/plain")
        return [*heard, await client.receive_str(timeout=PATIENCE)]


@pytest.mark.parametrize("keeps_host", [True, False])
async def test_with_a_public_endpoint(keeps_host: bool, tmp_path: Path) -> None:
    """URLs and tokens are for the proxy, and are good there, whatever Host the proxy sends; a
    client takes a connection that has carried calls before."""
    async with (
        proxying(tmp_path, keeps_host=keeps_host) as proxy,
        running(App(), public_endpoint=proxy.endpoint) as service,
    ):
        proxy.target = f"http://127.0.0.1:{service._port}"
        await called(proxy, "send_to_all", "nobody hears", content_type="text/plain")
        access = await service.client.client_access("chat")
        assert access.url.startswith(proxy.endpoint.replace("https", "wss"))
        assert await connected(proxy, access.url) == ["hi", "to all"]
        assert proxy.reused == 1


@pytest.mark.parametrize(("keeps_host", "let_in"), [(True, True), (False, False)])
async def test_without_a_public_endpoint(keeps_host: bool, let_in: bool, tmp_path: Path) -> None:
    """Tokens for the proxy are good if it passes on the Host header."""
    async with proxying(tmp_path, keeps_host=keeps_host) as proxy, running(App()) as service:
        proxy.target = f"http://127.0.0.1:{service._port}"
        token = client_token(proxy.endpoint, "chat", DEVELOPMENT_KEY, now=time.time())
        url = f"{proxy.endpoint.replace('https', 'wss')}/client/hubs/chat?access_token={token}"
        if let_in:
            assert await connected(proxy, url) == ["hi", "to all"]
        else:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await connected(proxy, url)
            assert refused.value.status == 401


async def test_what_a_client_says_of_a_proxy_is_not_trusted() -> None:
    """Forwarded headers are anybody's, so they make no token good."""
    async with running(App()) as service, await dial(service) as peer:
        token = client_token("https://example.com", "chat", DEVELOPMENT_KEY, now=time.time())
        forwarded = {"X-Forwarded-Host": "example.com", "Forwarded": "host=example.com"}
        target = f"/client/hubs/chat?access_token={token}"
        await peer.send(handshake(service, target, forwarded))
        assert (await peer.response())[0] == 401
