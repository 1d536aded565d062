"""What ``import webpubsub`` gives, and what it costs."""

import json
import subprocess
import sys
from types import ModuleType

import pytest

import webpubsub
from webpubsub import functions
from webpubsub.protocol import (
    actions,
    connection_states,
    events,
    messages,
    mqtt_events,
    mqtt_responses,
    operations,
    responses,
)


def own(module: ModuleType, *bases: type) -> set[str]:
    """The public classes that a module defines, of these bases."""
    return {
        name
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, bases)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }


def test_all_names_are_the_union_of_the_rooms() -> None:
    """Every decorator's app, event, response and action, and nothing else."""
    union = {
        *functions.__all__,
        *own(actions, actions.Action, list),
        *own(responses, responses.EventResponse),
        *own(events, object),
        *own(mqtt_events, object),
        *own(mqtt_responses, responses.EventResponse),
        "AnyEventRequest",
        *(messages.Message.__name__, messages.DataType.__name__),
        operations.Permission.__name__,
        connection_states.encode_states.__name__,
    }
    assert set(webpubsub.__all__) == union
    assert len(webpubsub.__all__) == len(union)


@pytest.mark.parametrize("name", webpubsub.__all__)
def test_every_name_is_there(name: str) -> None:
    """And found in the same room it comes from."""
    assert getattr(webpubsub, name) is not None
    assert name in dir(webpubsub)


def test_a_name_that_is_not_there() -> None:
    """It fails as in any module."""
    with pytest.raises(AttributeError, match="module 'webpubsub' has no attribute 'Nothing'"):
        webpubsub.Nothing  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError, match=r"Did you mean 'UserEventResponse'\?$"):
        webpubsub.UserEventRespone  # type: ignore[attr-defined]  # noqa: B018


#: What an Azure deployment does not have.
FORBIDDEN = {"aiohttp", "croniter", "jwt", "picows", "rich", "typer", "uvloop"}


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import webpubsub", {"azure.functions": False, "msgspec": False}),
        ("from webpubsub import *", {"azure.functions": True, "msgspec": True}),
        ("import webpubsub.protocol.events", {"azure.functions": False, "msgspec": True}),
    ],
)
def test_what_an_import_costs(code: str, loaded: dict[str, bool]) -> None:
    """An app brings azure-functions and msgspec, and nothing of the service or the host."""
    script = f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )
    modules = set(json.loads(done.stdout))
    assert {name: name in modules for name in loaded} == loaded
    own_rooms = {name for name in modules if name.startswith("webpubsub.")}
    assert not any(name.startswith(("webpubsub.service", "webpubsub.host")) for name in own_rooms)
    assert not modules & FORBIDDEN
