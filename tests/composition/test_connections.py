"""Which service a connection names.

Specification: bindings sections 2.2, 2.3 and 2.6 to 2.8.
"""

from collections.abc import Mapping

import msgspec
import pytest

from webpubsub.composition.connections import Connections
from webpubsub.host.connections.remote_service import RemoteServiceClient
from webpubsub.host.errors import HostError
from webpubsub.host.extension import BindingError
from webpubsub.host.settings.app_settings import AppSettings
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.protocol.cloud_events import signature
from webpubsub.protocol.events import ConnectionContext, EventType
from webpubsub.service.hubs.hubs import Hubs
from webpubsub.service.in_process import InProcessClient
from webpubsub.service.settings import DEVELOPMENT_KEY

PORT = 8080
KEY = "k" * 40
REMOTE = f"Endpoint=https://a.example;AccessKey={KEY};Version=1.0;"
OTHER = f"Endpoint=https://b.example;AccessKey={KEY};Version=1.0;"
OWN = f"Endpoint=http://localhost:{PORT};AccessKey={KEY};Version=1.0;"

EMBEDDED = InProcessClient(Hubs(), endpoint=lambda: "http://x", key=KEY, clock=lambda: 0.0)


def connections(values: Mapping[str, str] = {}, host_json: str | None = None) -> Connections:
    """Connections with these app settings, and this connection string in host.json."""
    section = {"extensions": {"webPubSub": {"connectionString": host_json}}} if host_json else {}
    made = Connections(
        AppSettings(dict(values)), HostConfig(raw={"version": "2.0", **section}), PORT
    )
    made.embedded = EMBEDDED
    return made


@pytest.mark.parametrize(
    ("values", "host_json", "connection", "endpoint"),
    [
        ({}, None, None, None),
        ({}, None, "", None),
        ({}, None, "WebPubSubConnectionString", None),
        ({"WebPubSubConnectionString": REMOTE}, None, None, "https://a.example"),
        ({"webpubsubconnectionstring": REMOTE}, None, None, "https://a.example"),
        ({"WebPubSubConnectionString": REMOTE}, OTHER, None, "https://b.example"),
        ({"WebPubSubConnectionString": OWN}, None, None, None),
        ({}, None, "webpubsubconnectionstring", None),
        ({"WebPubSubConnectionString": REMOTE}, OTHER, "", "https://b.example"),
        (
            {"WebPubSubConnectionString": REMOTE},
            OTHER,
            "WebPubSubConnectionString",
            "https://a.example",
        ),
        ({"X": OTHER}, None, "X", "https://b.example"),
        ({"X": OTHER}, None, None, None),
        ({"X": OWN}, None, "X", None),
    ],
)
def test_where_a_connection_leads(
    values: Mapping[str, str], host_json: str | None, connection: str | None, endpoint: str | None
) -> None:
    """To the embedded service (None) or to one elsewhere, whose client is always the same."""
    made = connections(values, host_json)
    assert made.remote_endpoint(connection) == endpoint
    client = made.client(connection)
    assert isinstance(client, RemoteServiceClient) is (endpoint is not None)
    assert made.client(connection) is client


@pytest.mark.parametrize(
    ("text", "embedded"),
    [
        (f"Endpoint=http://127.0.0.1:{PORT};AccessKey={KEY}", True),
        (f"Endpoint=http://[::1]:{PORT};AccessKey={KEY}", True),
        (f"Endpoint=http://localhost;Port={PORT};AccessKey={KEY}", True),
        (f"Endpoint=http://localhost:{PORT + 1};AccessKey={KEY}", False),
        (f"Endpoint=https://localhost:{PORT};AccessKey={KEY}", False),
        (f"Endpoint=http://example.com:{PORT};AccessKey={KEY}", False),
    ],
)
def test_the_own_address_is_the_embedded_service_with_the_key_given(
    text: str, embedded: bool
) -> None:
    """Scheme, host and port decide."""
    made = connections({"WebPubSubConnectionString": text})
    assert (made.remote_endpoint(None) is None) is embedded
    assert made.key == (KEY if embedded else DEVELOPMENT_KEY)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "'X' is not set.*does not fall back"),
        ({"WebPubSubConnectionString": REMOTE}, "'X' is not set"),
        ({"X": "nonsense"}, "X: part 1 of the connection string has no '='"),
        ({"X": "AccessKey=abc"}, "X: the connection string has no Endpoint"),
        ({"X__serviceUri": "a.example"}, "X__serviceUri is 'a.example', and must be a URL"),
        ({"X": "Endpoint=https://a.example"}, "X: the connection string has no AccessKey"),
    ],
)
def test_a_named_connection_that_leads_nowhere(values: Mapping[str, str], reason: str) -> None:
    """It never falls back to the default one."""
    with pytest.raises(BindingError, match=reason):
        connections(values).client("X")


def test_the_default_connection_by_its_name_is_not_that_of_host_json() -> None:
    """Nor does a name fall back to it; what names nothing has it."""
    made = connections(host_json=REMOTE)
    with pytest.raises(BindingError, match="'WebPubSubConnectionString' is not set"):
        made.client("WebPubSubConnectionString")
    with pytest.raises(BindingError, match="'WebPubSubConnectionString' is not set"):
        made.accesses(["WebPubSubConnectionString"])
    assert made.accesses([]).allows(["a.example"])


def test_a_default_connection_that_cannot_be_read_stops_the_host() -> None:
    """And the key is not shown."""
    with pytest.raises(HostError, match="WebPubSubConnectionString: ") as refused:
        connections({"WebPubSubConnectionString": f"AccessKey={KEY}"})
    assert KEY not in str(refused.value)


async def test_closing_closes_the_clients_of_remote_services(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many were made."""
    closed: list[object] = []

    async def close(client: RemoteServiceClient) -> None:
        closed.append(client)

    monkeypatch.setattr(RemoteServiceClient, "close", close)
    made = connections({"X": OTHER, "WebPubSubConnectionString": REMOTE})
    clients = [made.client(None), made.client("X")]
    await made.close()
    assert closed == clients


BY_IDENTITY = {"X__serviceUri": "https://a.example"}


@pytest.mark.parametrize(
    ("values", "names", "trusted"),
    [
        ({}, [], {"localhost", "127.0.0.1", "[::1]"}),
        ({}, ["WebPubSubConnectionString"], {"localhost", "127.0.0.1", "[::1]"}),
        ({"WebPubSubConnectionString": REMOTE}, [], {"a.example"}),
        ({"WebPubSubConnectionString": OWN}, [], {"localhost"}),
        ({"WebPubSubConnectionString": REMOTE, "X": OTHER}, ["X"], {"b.example"}),
        ({"X": OTHER}, ["X"], {"b.example"}),
        ({"X": OTHER, "Y": REMOTE}, ["X", "Y"], {"a.example", "b.example"}),
        ({"X": "Endpoint=https://A.example:8443;AccessKey=k"}, ["X"], {"a.example"}),
        (BY_IDENTITY, ["X"], {"a.example"}),
    ],
)
def test_section_2_6_who_may_deliver_events(
    values: Mapping[str, str], names: list[str], trusted: set[str]
) -> None:
    """The services of the function's own connections and no other; else that of the default one,
    which is the embedded service when it is not set."""
    found = connections(values).accesses(names)
    hosts = {"localhost", "127.0.0.1", "[::1]", "a.example", "b.example", "c.example"}
    assert {host for host in hosts if found.allows([host])} == trusted


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"X": REMOTE}, KEY),
        (BY_IDENTITY, None),
        ({"X": "Endpoint=https://a.example"}, None),
    ],
)
def test_sections_2_7_and_2_8_whose_signature_counts(
    values: Mapping[str, str], key: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a key none does, and for a connection string this is told once."""
    made = connections(values)
    assert not made.accesses(["X"]).is_open
    found = made.accesses(["X"])
    event = ConnectionContext(
        event_type=EventType.USER,
        event_name="m",
        hub="h",
        connection_id="c",
        origin="a.example",
    )
    assert found.trusts(event) is (key is None)
    signed = msgspec.structs.replace(event, signature=signature("c", [key or "any"]))
    assert found.trusts(signed)
    assert caplog.text.count("X has no AccessKey") == ("X" in values and key is None)


@pytest.mark.parametrize(
    ("values", "names", "reason"),
    [
        ({}, ["X"], "'X' is not set"),
        ({"X": REMOTE, "Y": REMOTE}, ["X", "Y"], "two of its connections have the host"),
        ({"X": "nonsense"}, ["X"], "X: part 1"),
    ],
)
def test_section_2_2_connections_that_lead_nowhere(
    values: Mapping[str, str], names: list[str], reason: str
) -> None:
    """The function is in error."""
    with pytest.raises((BindingError, ValueError), match=reason):
        connections(values).accesses(names)


def test_section_2_8_an_identity_makes_a_client() -> None:
    """Which asks for no token before it has something to do."""
    made = connections(BY_IDENTITY)
    assert isinstance(made.client("X"), RemoteServiceClient)
    assert made.remote_endpoint("X") == "https://a.example"


def test_an_isolated_app_has_the_embedded_service_only() -> None:
    """For every name, whatever is set and whether or not it can be read."""
    values = {"WebPubSubConnectionString": "nonsense", "X": OTHER}
    made = Connections(AppSettings(values), HostConfig(raw={"version": "2.0"}), PORT, isolated=True)
    made.embedded = EMBEDDED
    for name in (None, "WebPubSubConnectionString", "X", "NotSet"):
        assert made.remote_endpoint(name) is None
        assert made.client(name) is EMBEDDED
    assert made.key == DEVELOPMENT_KEY
