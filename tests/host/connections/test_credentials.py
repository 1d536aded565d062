"""How the host is known to a service, with an identity endpoint on the loopback address.

Specification: bindings section 2.8.
"""

import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.identity import aio

from webpubsub.host.connections import credentials
from webpubsub.host.connections.connection_settings import Connection, Identity
from webpubsub.host.connections.credentials import (
    check_credential,
    credential_of,
    is_plain_loopback,
)
from webpubsub.host.connections.remote_service import RemoteServiceClient
from webpubsub.host.extension import BindingError
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import SendToAll
from webpubsub.protocol.seams import ServiceRefused
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

HEADER = "a-secret-of-the-platform"
RESOURCE = "https://webpubsub.azure.com"
SEND = SendToAll(hub="chat", message=Message(DataType.TEXT, b"hi"))


class IdentityEndpoint:
    """Gives out tokens as App Service does, and keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []

    async def answer(self, request: web.Request) -> web.Response:
        assert request.headers["X-IDENTITY-HEADER"] == HEADER
        self.asked.append(dict(request.query))
        expires = int(time.time()) + 3600
        claims = {"aud": request.query["resource"], "exp": expires, "iss": "https://sts.example/"}
        return web.json_response(
            {
                "access_token": jwt.encode(claims, "k" * 32),
                "expires_on": str(expires),
                "resource": request.query["resource"],
                "token_type": "Bearer",
            }
        )


@pytest.fixture
async def identity(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[IdentityEndpoint]:
    """The platform of a function app with a managed identity."""
    endpoint = IdentityEndpoint()
    application = web.Application()
    application.router.add_get("/token", endpoint.answer)
    async with TestServer(application, host="127.0.0.1") as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", str(server.make_url("/token")))
        monkeypatch.setenv("IDENTITY_HEADER", HEADER)
        yield endpoint


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """Our own service, which believes tokens of any identity."""
    running = Service(ServiceSettings(port=0, accept_unvalidated_entra_tokens=True))
    await running.start()
    yield running
    await running.stop()


def by_identity(service: Service, **identity: str) -> Connection:
    return Connection(
        name="X",
        endpoint=service.endpoint,
        identity=Identity(managed_identity=True, **identity),
    )


async def test_actions_and_client_urls_by_a_managed_identity(
    identity: IdentityEndpoint, service: Service
) -> None:
    """One token for many calls; the service makes the tokens of clients."""
    client = RemoteServiceClient(by_identity(service))
    await client.perform(SEND)
    await client.perform(SEND)
    access = await client.client_access("chat", user_id="ann")
    await client.close()
    claims = jwt.decode(access.access_token, options={"verify_signature": False})
    assert claims["sub"] == "ann"
    assert claims["exp"] - claims["iat"] == 3600
    assert access.base_url == f"ws{service.endpoint[4:]}/client/hubs/chat"
    assert identity.asked == [{"api-version": "2019-08-01", "resource": RESOURCE}]


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({"client_id": "i"}, {"client_id": "i"}),
        ({"managed_identity_resource_id": "/r"}, {"mi_res_id": "/r"}),
    ],
)
async def test_an_identity_that_was_assigned_by_a_user(
    identity: IdentityEndpoint, service: Service, given: dict[str, str], asked: dict[str, str]
) -> None:
    """It is asked for by name."""
    client = RemoteServiceClient(by_identity(service, **given))
    await client.perform(SEND)
    await client.close()
    assert asked.items() <= identity.asked[0].items()


@pytest.mark.parametrize(
    ("given", "variables", "asked"),
    [
        (Identity(), {}, {}),
        (Identity(client_id="i"), {"AZURE_CLIENT_ID": "v"}, {"client_id": "i"}),
        (Identity(), {"AZURE_CLIENT_ID": "v"}, {"client_id": "v"}),
        (
            Identity(managed_identity_resource_id="/r"),
            {"AZURE_CLIENT_ID": "v"},
            {"mi_res_id": "/r"},
        ),
    ],
)
async def test_section_2_8_the_identity_in_the_default_chain(
    monkeypatch: pytest.MonkeyPatch,
    identity: IdentityEndpoint,
    service: Service,
    given: Identity,
    variables: dict[str, str],
    asked: dict[str, str],
) -> None:
    """As the connection names it, else as the variable does, else that of the app itself."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    client = RemoteServiceClient(Connection(name="X", endpoint=service.endpoint, identity=given))
    await client.perform(SEND)
    await client.close()
    names = {"client_id", "mi_res_id"}
    assert {name: identity.asked[0][name] for name in names & identity.asked[0].keys()} == asked


def test_section_2_8_a_tenant_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is that of all members of the default chain that know one."""
    given: dict[str, Any] = {}
    monkeypatch.setattr(aio, "DefaultAzureCredential", lambda **options: given.update(options))
    identity = Identity(tenant_id="t")
    credential_of(Connection(name="X", endpoint="https://a.example", identity=identity))
    assert given == {
        "workload_identity_tenant_id": "t",
        "shared_cache_tenant_id": "t",
        "visual_studio_code_tenant_id": "t",
    }


async def test_a_service_that_does_not_believe_the_token(identity: IdentityEndpoint) -> None:
    """The refusal is the service's."""
    service = Service(ServiceSettings(port=0))
    await service.start()
    client = RemoteServiceClient(by_identity(service), retries=0)
    with pytest.raises(ServiceRefused) as refused:
        await client.perform(SEND)
    assert refused.value.status == 401
    await client.close()
    await service.stop()


async def test_an_identity_that_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    """The error says so in one line."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/token")
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)
    client = RemoteServiceClient(by_identity(service), retries=0)
    with pytest.raises(ServiceRefused) as refused:
        await client.perform(SEND)
    assert "\n" not in str(refused.value)
    assert HEADER not in str(refused.value)
    await client.close()


@pytest.mark.parametrize(
    ("identity", "kind"),
    [
        (Identity(), "DefaultAzureCredential"),
        (Identity(client_id="i", tenant_id="t"), "DefaultAzureCredential"),
        (Identity(managed_identity=True), "ManagedIdentityCredential"),
        (
            Identity(client_id="i", tenant_id="t", client_secret="s"),
            "ClientSecretCredential",
        ),
    ],
)
async def test_section_2_8_whose_tokens(identity: Identity, kind: str) -> None:
    """An application's, a managed identity's, or whatever the machine has."""
    made = credential_of(Connection(name="X", endpoint="https://a.example", identity=identity))
    assert type(made).__name__ == kind
    await made.close()


def test_a_key_is_a_credential() -> None:
    """No identity is needed then."""
    made = credential_of(Connection(name="X", endpoint="https://a.example", access_key="k"))
    assert made.key == "k"


def test_neither_key_nor_identity() -> None:
    """Events may come, but nothing can be sent."""
    with pytest.raises(BindingError, match="X: the connection string has no AccessKey"):
        check_credential(Connection(name="X", endpoint="https://a.example"))


def test_without_azure_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra to install."""
    monkeypatch.setattr(credentials, "find_spec", lambda _: None)
    connection = Connection(name="X", endpoint="https://a.example", identity=Identity())
    with pytest.raises(BindingError, match=r"pip install 'webpubsub\[identity\]'"):
        check_credential(connection)


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("http://localhost:8080", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:1", True),
        ("https://localhost", False),
        ("http://a.example", False),
        ("http://10.0.0.1", False),
    ],
)
def test_where_a_token_may_go_without_tls(endpoint: str, expected: bool) -> None:
    """No further than this machine."""
    assert is_plain_loopback(endpoint) is expected
