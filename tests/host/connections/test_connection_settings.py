"""Connections in the settings of an app.

Specification: bindings sections 2.6 to 2.8.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from webpubsub.host.connections.connection_settings import (
    Connection,
    ConnectionSettings,
    Identity,
    default_hub,
)
from webpubsub.host.errors import HostError
from webpubsub.host.extension import BindingError
from webpubsub.host.settings.app_settings import AppSettings
from webpubsub.host.settings.host_config import HostConfig

KEY = "k" * 40
A = f"Endpoint=https://a.example;AccessKey={KEY};Version=1.0;"
B = f"Endpoint=https://b.example;AccessKey={KEY};Version=1.0;"
URI = "https://c.example/"
DEFAULT = "WebPubSubConnectionString"


def settings(values: Mapping[str, str], host_json: str | None = None) -> ConnectionSettings:
    section = {"extensions": {"webPubSub": {"connectionString": host_json}}} if host_json else {}
    config = HostConfig(raw={"version": "2.0", **section})
    return ConnectionSettings(AppSettings(dict(values)), config)


@pytest.mark.parametrize(
    ("values", "host_json", "endpoint"),
    [
        ({}, None, None),
        ({DEFAULT: A}, B, "https://b.example"),
        ({DEFAULT: A}, None, "https://a.example"),
        ({DEFAULT: A, f"{DEFAULT}__serviceUri": URI}, None, "https://a.example"),
        ({DEFAULT: "", f"{DEFAULT}__serviceUri": URI}, None, "https://c.example"),
        ({f"{DEFAULT}:serviceuri": URI}, None, "https://c.example"),
        ({f"{DEFAULT}__serviceUri": URI}, B, "https://b.example"),
    ],
)
def test_section_2_6_the_default_connection(
    values: Mapping[str, str], host_json: str | None, endpoint: str | None
) -> None:
    """host.json, then the connection string, then the URI."""
    found = settings(values, host_json).default()
    assert (found and found.endpoint) == endpoint


def test_section_2_6_the_environment_reaches_into_host_json() -> None:
    """As it does for every other setting there."""
    environment = {"AzureFunctionsJobHost__extensions__webpubsub__connectionString": B}
    config = HostConfig.from_document({"version": "2.0"}, environment)
    found = ConnectionSettings(AppSettings(environment), config).default()
    assert found is not None
    assert found.endpoint == "https://b.example"


@pytest.mark.parametrize(
    ("values", "endpoint"),
    [
        ({"X": A}, "https://a.example"),
        ({"X": A, "X__serviceUri": URI}, "https://a.example"),
        ({"X__serviceUri": URI}, "https://c.example"),
        ({"x__SERVICEURI": URI}, "https://c.example"),
    ],
)
def test_section_2_6_a_named_connection(values: Mapping[str, str], endpoint: str) -> None:
    """The connection string, then the URI."""
    assert settings(values).named("X").endpoint == endpoint


@pytest.mark.parametrize("values", [{}, {DEFAULT: A}, {"X": ""}, {"X__credential": "x"}])
def test_section_2_6_a_named_connection_does_not_fall_back(values: Mapping[str, str]) -> None:
    """It is not set, whatever the default is."""
    with pytest.raises(BindingError, match="the connection 'X' is not set"):
        settings(values).named("X")


def test_section_2_1_the_name_of_a_connection_is_taken_as_it_is() -> None:
    """The setting that was meant is told."""
    with pytest.raises(BindingError, match=r"no connection '%X%'.*write 'X'"):
        settings({"X": A}).named("%X%")


@pytest.mark.parametrize(
    ("siblings", "expected"),
    [
        ({}, Identity()),
        ({"credential": "", "clientId": "", "tenantId": "", "clientSecret": ""}, Identity()),
        ({"clientId": "i", "tenantId": "t"}, Identity(client_id="i", tenant_id="t")),
        ({"credential": "managedIdentity"}, Identity(managed_identity=True)),
        (
            {"credential": "managedidentity", "clientId": "i"},
            Identity(managed_identity=True, client_id="i"),
        ),
        (
            {"credential": "managedidentity", "managedIdentityResourceId": "/r"},
            Identity(managed_identity=True, managed_identity_resource_id="/r"),
        ),
        (
            {"tenantId": "t", "clientId": "i", "clientSecret": "s"},
            Identity(tenant_id="t", client_id="i", client_secret="s"),
        ),
    ],
)
def test_section_2_8_identities(siblings: dict[str, str], expected: Identity) -> None:
    """What stands beside the URI says whose tokens are used."""
    values = {f"X__{name}": value for name, value in siblings.items()}
    found = settings({"X__serviceUri": URI, **values}).named("X")
    assert found == Connection(name="X", endpoint="https://c.example", identity=expected)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"X__serviceUri": "c.example"}, "X__serviceUri is 'c.example', and must be a URL"),
        ({"X__serviceUri": "ftp://c.example"}, "must be a URL"),
        ({"X__serviceUri": URI, "X__credential": "password"}, "X__credential is 'password'"),
        ({"X__serviceUri": URI, "X__clientSecret": "s"}, "needs X__clientId and X__tenantId"),
        (
            {"X__serviceUri": URI, "X__clientSecret": "s", "X__clientId": "i"},
            "needs X__clientId and X__tenantId",
        ),
        (
            {"X__serviceUri": URI, "X__clientSecret": "s", "X__tenantId": "t"},
            "needs X__clientId and X__tenantId",
        ),
        (
            {
                "X__serviceUri": URI,
                "X__clientId": "i",
                "X__managedIdentityResourceId": "/r",
            },
            "both name an identity",
        ),
        ({"X": f"AccessKey={KEY}"}, "X: the connection string has no Endpoint"),
    ],
)
def test_sections_2_7_and_2_8_what_cannot_be_read(values: dict[str, str], reason: str) -> None:
    """The setting is named, and no secret shown."""
    with pytest.raises(BindingError, match=reason) as refused:
        settings(values).named("X")
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    ("values", "host_json", "expected"),
    [
        ({}, None, None),
        ({"WebPubSubHub": "one"}, None, "one"),
        ({"webpubsubhub": "one"}, "two", "two"),
        ({}, "two", "two"),
        ({"WebPubSubHub": ""}, None, None),
        ({"WebPubSubHub": "one"}, "", None),
    ],
)
def test_section_2_6_the_hub_of_the_whole_app(
    values: Mapping[str, str], host_json: str | None, expected: str | None
) -> None:
    """host.json, even an empty one there, then the app setting."""
    section = {} if host_json is None else {"extensions": {"webPubSub": {"hub": host_json}}}
    config = HostConfig(raw={"version": "2.0", **section})
    assert default_hub(AppSettings(dict(values)), config) == expected


def test_section_2_6_an_empty_connection_string_is_none() -> None:
    """Neither in host.json nor beside it, and an empty URI neither."""
    raw = {"extensions": {"webPubSub": {"connectionString": ""}}}
    found = ConnectionSettings(AppSettings({DEFAULT: A}), HostConfig(raw=raw)).default()
    assert found is not None
    assert found.endpoint == "https://a.example"
    assert settings({DEFAULT: "", f"{DEFAULT}__serviceUri": ""}).default() is None


def test_a_string_in_host_json_that_cannot_be_read_is_told_by_its_place() -> None:
    """And not by that of the app setting."""
    with pytest.raises(
        HostError, match=r"^host\.json: extensions\.webPubSub\.connectionString: the"
    ):
        settings({DEFAULT: A}, f"AccessKey={KEY}").default()


def test_a_default_connection_that_cannot_be_read_stops_the_host() -> None:
    """Nothing of the app would work."""
    with pytest.raises(HostError, match=f"{DEFAULT}__credential"):
        settings({f"{DEFAULT}__serviceUri": URI, f"{DEFAULT}__credential": "x"}).default()


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [("https://A.Example", "a.example"), ("http://[::1]:8080", "[::1]")],
)
def test_the_host_of_a_connection(endpoint: str, host: str) -> None:
    """What a service calls itself as the origin of its events."""
    assert Connection(name="X", endpoint=endpoint).host == host


@pytest.mark.parametrize(
    "secret",
    [
        Connection(name="X", endpoint="https://a.example", access_key=KEY),
        Identity(client_id="i", client_secret=KEY),
    ],
)
def test_no_secret_is_shown(secret: Any) -> None:
    """Not even by accident."""
    assert KEY not in repr(secret)
