"""From paths to operations. Specification: rest-api section 1."""

import pytest

from webpubsub.protocol.refusals import Refused
from webpubsub.service.rest.operation import Operation
from webpubsub.service.rest.operations import OPERATIONS
from webpubsub.service.rest.routes import MethodWrong, Routes

ROUTES = Routes(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method} {o.path}")
def test_every_operation_is_found(operation: Operation) -> None:
    """The path of a template leads to its operation, and its names are read."""
    segments = operation.path.split("/")[1:]
    found, names = ROUTES.find(operation.method, segments)
    assert found is operation
    places = [segment for segment in segments if segment.startswith("{")]
    assert names == {place.strip("{}"): place for place in places}


def test_a_word_can_be_a_name() -> None:
    """Names are never mistaken for the words of other paths."""
    segments = ["api", "hubs", "hubs", "groups", "connections", "connections", ":send"]
    operation, names = ROUTES.find("PUT", segments)
    assert operation.path.endswith("/groups/{group}/connections/{connectionId}")
    assert names == {"hub": "hubs", "group": "connections", "connectionId": ":send"}


UNKNOWN = (
    "",
    "health",
    "api",
    "api/hubs",
    "api/hubs/chat",
    "api/hubs/chat/:sent",
    "api/hubs/chat/send",
    "api/hubs/chat/groups",
    "api/hubs/chat/groups/g/:send/x",
    "API/health",
    "favicon.ico",
)


@pytest.mark.parametrize("path", UNKNOWN)
def test_unknown_paths(path: str) -> None:
    """What is in no template is a 404, a part of a template too."""
    with pytest.raises(Refused) as caught:
        ROUTES.find("POST", path.split("/"))
    assert caught.value.refusal.kind.http_status == 404


def test_another_method_is_told_the_right_ones() -> None:
    """A path that exists says which methods it has."""
    with pytest.raises(MethodWrong) as caught:
        ROUTES.find("PATCH", ["api", "hubs", "chat", "connections", "c"])
    assert caught.value.allowed == ("DELETE", "HEAD")
    assert caught.value.refusal.kind.http_status == 405
