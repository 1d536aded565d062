"""What a command finds around it."""

import os
from pathlib import Path

import aiohttp
import pytest

from tests.cli.apps import ECHO, write_app
from webpubsub.cli.hub_settings import HubConfiguration
from webpubsub.cli.surroundings import app_with_service, quiet, service_alone
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.protocol.connection_strings import ConnectionString
from webpubsub.service.hub_settings.model import AllHubSettings

ELSEWHERE = f"Endpoint=https://a.example;AccessKey={'k' * 40};Version=1.0;"


@pytest.fixture
def hubs() -> HubConfiguration:
    """Nothing is set for any hub."""
    return HubConfiguration(AllHubSettings())


async def test_a_service_alone(hubs: HubConfiguration) -> None:
    """Its connection string and its URL, at which it serves."""
    async with service_alone(hubs) as variables:
        endpoint = ConnectionString.parse(variables["WebPubSubConnectionString"]).endpoint
        assert set(variables) == {"WebPubSubConnectionString", "WEBPUBSUB_ENDPOINT"}
        assert variables["WEBPUBSUB_ENDPOINT"] == endpoint
        async with (
            aiohttp.ClientSession() as session,
            session.head(f"{endpoint}/api/health") as answer,
        ):
            assert answer.status == 200


async def test_an_app_with_its_service(
    hubs: HubConfiguration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every connection of its bindings is that service, set or not, and a service elsewhere that
    the settings name is left alone."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    source = ECHO.replace('user_id="{query.user}"', 'connection="Other", user_id="{query.user}"')
    folder = write_app(tmp_path / "app", source, WebPubSubConnectionString=ELSEWHERE)
    async with app_with_service(folder, hubs, verbose=False) as variables:
        own = variables["WebPubSubConnectionString"]
        assert variables["Other"] == own
        assert all(os.environ[name] == own for name in ("WebPubSubConnectionString", "Other"))
        async with aiohttp.ClientSession() as session:
            url = f"{variables['FUNCTIONS_URL']}/api/negotiate?user=alice"
            async with session.get(url) as answer:
                client_url = await answer.text()
            async with session.ws_connect(client_url) as client:
                await client.send_str("hello")
                assert await client.receive_str(timeout=10) == "hello"


def test_a_quiet_log_has_warnings_and_errors() -> None:
    """Of the app, too, whatever host.json says."""
    raw = {"version": "2.0", "logging": {"logLevel": {"default": "Trace"}}}
    config = quiet(HostConfig(raw=raw))
    assert config.log_levels == {"default": "warning"}
    assert config.user_log_level == "warning"
