"""A service for clients of every kind. The official SDKs are the judges."""

import aiohttp
import pytest
from azure.messaging.webpubsubservice import WebPubSubServiceClient

from webpubsub.testing import RunningService, UnknownConnection


def test_the_official_sdk_finds_it(webpubsub_service: RunningService) -> None:
    """In a test that blocks."""
    client = WebPubSubServiceClient.from_connection_string(
        webpubsub_service.connection_string, hub="chat"
    )
    client.send_to_all("hi", content_type="text/plain")
    assert not client.user_exists("alice")
    token = client.get_client_access_token(user_id="alice")
    assert token["url"].startswith(webpubsub_service.endpoint.replace("http", "ws", 1))
    assert webpubsub_service.access_key in webpubsub_service.connection_string
    client.close()


async def test_clients_come_from_any_loop(webpubsub_service: RunningService) -> None:
    """And can be made to lose their connection."""
    async with aiohttp.ClientSession() as session:
        url = webpubsub_service.client_url("chat", user="alice", groups=["g"])
        socket = await session.ws_connect(url, protocols=["json.webpubsub.azure.v1"])
        connected = await socket.receive_json()
        assert webpubsub_service.connections("chat") == [connected["connectionId"]]
        webpubsub_service.fault("drop", connected["connectionId"])
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSED
        with pytest.raises(UnknownConnection):
            webpubsub_service.fault("drop", "nobody")


@pytest.mark.webpubsub(hubs={"open": {"anonymous": True}}, service={"max_connections": 1})
async def test_it_has_the_settings_of_the_mark(webpubsub_service: RunningService) -> None:
    """Of hubs, and of the service."""
    url = f"{webpubsub_service.endpoint}/client/hubs/open"
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(url)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(url)
        assert refused.value.status == 429
        await socket.close()
