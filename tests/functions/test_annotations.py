"""Which annotations fit which binding."""

# ruff: noqa: UP006, UP007, UP035, UP045 -- old spellings are what users write, and are told apart.

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Dict, List, Optional, TypedDict, Union

import azure.functions as func
import pytest

import webpubsub as wps
from webpubsub.functions import annotations


class Reply(TypedDict):
    """An answer with its keys spelled out."""

    data: str


@pytest.mark.parametrize(
    ("annotation", "event", "connection", "context"),
    [
        (Any, True, True, True),
        (object, True, True, True),
        (wps.UserEventRequest, True, False, False),
        (wps.EventRequest, True, False, False),
        (wps.WebPubSubConnection, False, True, False),
        (wps.WebPubSubContext, False, False, True),
        (str, False, False, False),
        (dict, False, False, False),
        (dict[str, Any], False, False, False),
        (wps.AnyEventRequest, False, False, False),
        (Optional[wps.UserEventRequest], False, False, False),
        (wps.ConnectionContext, False, False, False),
    ],
)
def test_inputs(annotation: Any, event: bool, connection: bool, context: bool) -> None:
    """Each binding takes its own class, and what says nothing."""
    assert annotations.is_event(annotation) is event
    assert annotations.is_connection(annotation) is connection
    assert annotations.is_context(annotation) is context


@pytest.mark.parametrize(
    ("annotation", "argument", "fits"),
    [
        (func.Out[wps.Actions], wps.Actions, True),
        (func.Out[wps.Action], wps.Action, True),
        (func.Out[wps.SendToAllAction], wps.SendToAllAction, True),
        (func.Out[str], str, True),
        (func.Out[bytes], bytes, True),
        (func.Out[dict], dict, True),  # type: ignore[type-arg]
        (func.Out[Any], Any, True),
        (func.Out[List[wps.Action]], List[wps.Action], True),
        (func.Out[Dict[str, Any]], Dict[str, Any], True),
        (func.Out[list[wps.Action]], list[wps.Action], False),
        (func.Out[Sequence[wps.Action]], Sequence[wps.Action], False),
        (func.Out[Union[str, wps.Action]], Union[str, wps.Action], False),
        (func.Out[wps.UserEventResponse], wps.UserEventResponse, False),
        (func.Out[int], int, False),
    ],
)
def test_outputs(annotation: Any, argument: Any, fits: bool) -> None:
    """What the worker lets pass and actions fit into."""
    assert annotations.out_argument(annotation) == argument
    assert annotations.is_actions(argument) is fits


@pytest.mark.parametrize("annotation", [func.Out, str, wps.Actions, list[str], None])
def test_what_is_no_output(annotation: Any) -> None:
    """Without saying of what, an Out is none either."""
    assert annotations.out_argument(annotation) is None


@pytest.mark.parametrize(
    ("annotation", "parts"),
    [
        (str, [str]),
        (None, [None]),
        (Any, [Any]),
        (dict[str, int], [dict]),
        (str | None, [str, type(None)]),
        (Optional[str], [str, type(None)]),
        (Union[str, Annotated[dict[str, int], "why"]], [str, dict]),
        (Annotated[str | int, "why"], [str, int]),
    ],
)
def test_parts(annotation: Any, parts: list[Any]) -> None:
    """Unions are taken apart, arguments dropped."""
    assert list(annotations.parts(annotation)) == parts


@pytest.mark.parametrize(
    ("annotation", "connect", "user"),
    [
        (wps.ConnectEventResponse, True, False),
        (wps.UserEventResponse, False, True),
        (wps.EventErrorResponse, True, True),
        (wps.MqttConnectEventResponse, True, False),
        (wps.MqttConnectEventErrorResponse, True, False),
        (wps.EventResponse, True, True),
        (type(None), True, True),
        (dict, True, True),
        (Reply, True, True),
        (Mapping, True, True),
        (Any, True, True),
        (object, True, True),
        ("what is no class", True, True),
        (wps.SendToAllAction, False, False),
        (wps.Actions, False, False),
        (str, False, False),
        (bytes, False, False),
        (list, False, False),
        (int, False, False),
        (func.HttpResponse, False, False),
    ],
)
def test_answers(annotation: Any, connect: bool, user: bool) -> None:
    """Each event has its own response; what the host would ignore is none."""
    assert annotations.is_answer(annotation, "connect") is connect
    assert annotations.is_answer(annotation, "user") is user


@pytest.mark.parametrize(
    ("annotation", "text"),
    [(str, "str"), (list[str], "list[str]"), (str | None, "str | None")],
)
def test_shown(annotation: Any, text: str) -> None:
    """More or less as it was written."""
    assert annotations.shown(annotation) == text
