"""The description of the API, against the table it is made from and the API itself.

Specification: rest-api section 6.
"""

import msgspec
import pytest

from tests.service.rest.world import World
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


def test_names_are_unique() -> None:
    """Tools make functions of them."""
    names = [operation.name for operation in (*OPERATIONS, DESCRIPTION)]
    assert len(set(names)) == len(names)


STATUSES = (
    ("GetServiceStatus", (200, 400, 503)),
    ("SendToAll", (202, 400, 401, 408, 415)),
    ("ConnectionExists", (200, 400, 401, 404)),
    ("CloseConnection", (204, 400, 401)),
    ("AddUserToGroup", (200, 400, 401, 404)),
    ("AddConnectionsToGroups", (200, 400, 401, 408, 415)),
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
