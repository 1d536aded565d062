"""The description of the API, against the table it is made from and the API itself.

Specification: rest-api section 6.
"""

import msgspec
import pytest
from openapi_spec_validator import validate

from tests.service.rest.world import World
from webpubsub.protocol.messages import CONTENT_TYPES
from webpubsub.service.rest import checks
from webpubsub.service.rest.openapi import DESCRIPTION, PATH, describe, statuses
from webpubsub.service.rest.operations import OPERATIONS

DESCRIBED = describe(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_is_described(operation) -> None:  # type: ignore[no-untyped-def]
    """With its name, the parameters in its path, and all its statuses."""
    described = DESCRIBED["paths"][operation.path][operation.method.lower()]
    assert described["operationId"] == operation.name
    places = {part.strip("{}") for part in operation.path.split("/") if part.startswith("{")}
    parameters = described["parameters"]
    assert {one["name"] for one in parameters if one["in"] == "path"} == places
    assert {int(status) for status in described["responses"]} == set(statuses(operation))
    assert ("requestBody" in described) == (operation.body is not None)
    assert (described["security"] == []) == operation.anonymous
    assert "api-version" in {one["name"] for one in parameters}


def test_it_is_openapi() -> None:
    """A validator of the format has nothing to say against it."""
    validate(describe((*OPERATIONS, DESCRIPTION)))


def test_headers() -> None:
    """Every answer lists the versions, and a 401 names the scheme."""
    answers = DESCRIBED["paths"]["/api/hubs/{hub}/groups/{group}"]["head"]["responses"]
    assert {status: [*answer["headers"]] for status, answer in answers.items()} == {
        "200": ["api-supported-versions"],
        "400": ["api-supported-versions"],
        "401": ["api-supported-versions", "WWW-Authenticate"],
        "404": ["api-supported-versions", "x-ms-error-code"],
    }


def test_bodies() -> None:
    """A message has one of four types, a change of memberships is JSON and must be there."""
    send = DESCRIBED["paths"]["/api/hubs/{hub}/:send"]["post"]["requestBody"]
    assert set(send["content"]) == set(CONTENT_TYPES.values())
    change = DESCRIBED["paths"]["/api/hubs/{hub}/:addToGroups"]["post"]["requestBody"]
    assert (change["required"], [*change["content"]]) == (True, ["application/json"])


def test_names_are_unique() -> None:
    """Tools make functions of them."""
    names = [operation.name for operation in (*OPERATIONS, DESCRIPTION)]
    assert len(set(names)) == len(names)


STATUSES = (
    ("GetServiceStatus", (200, 400, 503)),
    ("SendToAll", (202, 400, 401, 408, 415)),
    ("ConnectionExists", (200, 400, 401, 404)),
    ("CloseConnection", (204, 400, 401)),
    ("AddConnectionToGroup", (200, 400, 401, 404, 409)),
    ("AddUserToGroup", (200, 400, 401, 404, 409)),
    ("AddConnectionsToGroups", (200, 400, 401, 408, 409, 415)),
    ("RemoveConnectionsFromGroups", (200, 400, 401, 408, 415)),
    ("GrantPermission", (200, 400, 401, 404, 409)),
    ("RevokePermission", (204, 400, 401, 409)),
    ("ListConnectionsInGroup", (200, 400, 401)),
    ("GenerateClientToken", (200, 400, 401, 501)),
)


@pytest.mark.parametrize(("name", "wanted"), STATUSES)
def test_statuses(name: str, wanted: tuple[int, ...]) -> None:
    """What the specification says that an operation answers."""
    [operation] = [one for one in OPERATIONS if one.name == name]
    assert statuses(operation) == wanted


def test_parameters() -> None:
    """A parameter is described where its check is made."""
    send = DESCRIBED["paths"]["/api/hubs/{hub}/:send"]["post"]
    names = [one["name"] for one in send["parameters"]]
    assert names == ["hub", "api-version", "excluded", "messageTtlSeconds", "filter"]
    version = send["parameters"][1]["schema"]["enum"]
    assert version == list(checks.API_VERSIONS)


async def test_anybody_may_read_it(world: World) -> None:
    """It is served as JSON without a token, and it describes itself."""
    answer = await world.call("GET", PATH, token="")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    body = msgspec.json.decode(answer.body)
    assert body["openapi"] == "3.1.0"
    assert body["paths"].keys() == DESCRIBED["paths"].keys() | {PATH}
