"""The ``webPubSubConnection`` input.

Specification: bindings sections 2.3 and 7.
"""

import json
from typing import Any

import pytest

from tests.host.extensions.webpubsub.bindings import RecordingClient, connection, invocation
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub import connection_input
from webpubsub.host.values import JsonText


@pytest.mark.parametrize(
    ("properties", "default_hub", "expected"),
    [
        ({}, None, ("chat", None)),
        ({"hub": "CHAT", "userId": "ann"}, None, ("chat", "ann")),
        ({"hub": None}, "main", ("main", None)),
        ({"hub": "chat"}, "main", ("chat", None)),
        ({"hub": "{query.hub}", "userId": "{headers.x-id}-1"}, None, ("h1", "ann-1")),
        ({"userId": ""}, None, ("chat", "")),
        ({"clientProtocol": "Default"}, None, ("chat", None)),
    ],
)
async def test_access_is_asked_for(
    properties: dict[str, Any], default_hub: str | None, expected: tuple[str, str | None]
) -> None:
    """Expressions are resolved, and the token lasts an hour without roles and groups."""
    client = RecordingClient()
    binding = connection(**properties)
    connection_input.check(binding, default_hub)
    context = invocation(query={"hub": "h1"}, headers={"X-Id": "ann"})
    await connection_input.reader(binding, lambda _: client, default_hub)(context)
    assert client.accesses == [(*expected, (), (), 60)]


async def test_no_token_serves_two_clients() -> None:
    """The service is asked at every call."""
    client = RecordingClient()
    for _ in range(2):
        await connection_input.reader(connection(), lambda _: client, None)(invocation())
    assert len(client.accesses) == 2


async def test_the_function_receives_json_text() -> None:
    """Base address, address with token, and token, in this order."""
    value = await connection_input.reader(connection(), lambda _: RecordingClient(), None)(
        invocation()
    )
    assert isinstance(value, JsonText)
    assert list(json.loads(value.text).items()) == [
        ("baseUrl", "wss://service/client/hubs/chat"),
        ("url", "wss://service/client/hubs/chat?access_token=t"),
        ("accessToken", "t"),
    ]


@pytest.mark.parametrize(("name", "expected"), [(None, None), ("Other", "Other")])
async def test_the_connection_property_selects_the_service(
    name: str | None, expected: str | None
) -> None:
    """Without it, the service is the app's default."""
    asked: list[str | None] = []

    def clients(name: str | None) -> RecordingClient:
        asked.append(name)
        return RecordingClient()

    await connection_input.reader(connection(connection=name), clients, None)(invocation())
    assert asked == [expected]


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"direction": "out"}, "'direction' must be 'in'"),
        ({"hub": None}, "'hub' is missing"),
        ({"hub": ""}, "'' is no name of a hub"),
        ({"hub": "my-hub"}, "is no name of a hub"),
        ({"hub": 5}, "'hub' must be a string"),
        ({"userId": 5}, "'userId' must be a string"),
        ({"clientProtocol": "http"}, "must be 'default' or 'mqtt'"),
    ],
)
def test_what_is_wrong_with_a_connection(properties: dict[str, Any], words: str) -> None:
    """The error names the binding and the property."""
    with pytest.raises(BindingError, match=words):
        connection_input.check(connection(**properties), None)


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"userId": "{query.user}"}, "Error while accessing 'user': property doesn't exist."),
        ({"hub": "{nothing}"}, "No value for named parameter 'nothing'."),
        ({"hub": "{query.hub}"}, "'a-b' is no name of a hub"),
    ],
)
async def test_an_invocation_without_a_value_fails(properties: dict[str, Any], words: str) -> None:
    """A missing value fails the call, and does not give access to somebody else."""
    context = invocation(query={"hub": "a-b"})
    with pytest.raises(BindingError, match=words):
        await connection_input.reader(connection(**properties), lambda _: RecordingClient(), None)(
            context
        )


async def test_a_refusal_fails_the_call() -> None:
    """The error says what the service said."""
    with pytest.raises(BindingError, match="gave no access: the key is not known"):
        await connection_input.reader(connection(), lambda _: RecordingClient(refused=0), None)(
            invocation()
        )


@pytest.mark.parametrize(
    ("given", "protocol"),
    [(None, "default"), ("default", "default"), (0, "default"), ("MQTT", "mqtt"), (1, "mqtt")],
)
async def test_section_2_3_the_kind_of_client(given: Any, protocol: str) -> None:
    """The address is one for clients of that kind."""
    client = RecordingClient()
    binding = connection(clientProtocol=given)
    connection_input.check(binding, None)
    connection_input.check_service(binding, client)
    await connection_input.reader(binding, lambda _: client, None)(invocation())
    assert client.client_kinds == [protocol]


def test_section_2_3_a_service_without_mqtt_clients() -> None:
    """The function is in error, and not its callers."""
    client = RecordingClient()
    client.client_protocols = frozenset({"default"})
    connection_input.check_service(connection(), client)
    with pytest.raises(BindingError, match="the built-in service has no MQTT clients yet"):
        connection_input.check_service(connection(clientProtocol="mqtt"), client)
