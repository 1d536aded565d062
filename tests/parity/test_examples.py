"""The examples: described alike, and with the same results for the same events. Specification:
functions-python section 22."""

import json

import pytest

import webpubsub as wps
from tests.cli.processes import EXAMPLES
from tests.parity.both import Input
from tests.parity.conftest import V1, MakeBoth
from webpubsub.host.extensions.webpubsub.event_value import TriggerValue
from webpubsub.host.values import HttpRequestData, JsonText
from webpubsub.protocol.events import AnyEventRequest

pytestmark = pytest.mark.conformance

REQUEST = HttpRequestData(
    method="GET", url="http://h/api/x", headers={}, query={}, route_params={}, body=b""
)
CONNECTION: Input = ("connection", JsonText('{"baseUrl":"b","url":"u","accessToken":"t"}'))
TIMER: Input = ("mytimer", JsonText('{"IsPastDue":false}'))


def context(name: str, user: str | None, state: str | None = None) -> wps.ConnectionContext:
    """The context of an event as the service makes it."""
    kind = wps.EventType.USER if name == "message" else wps.EventType.SYSTEM
    return wps.ConnectionContext(
        event_type=kind,
        event_name=name,
        hub="chat",
        connection_id=f"c-{user}",
        user_id=user,
        origin="localhost",
        signature="sha256=00",
        connection_state=state,
    )


def event(request: AnyEventRequest) -> list[Input]:
    """What a trigger is called with."""
    return [("request", TriggerValue(event=request, parameter="request"))]


def said(text: str, state: str | None = None) -> list[Input]:
    """Alice says something."""
    message = wps.Message(wps.DataType.TEXT, text.encode())
    about = context("message", "alice", state)
    return event(wps.UserEventRequest(connection_context=about, message=message))


STATE = wps.encode_states({"count": 4})
CHAT: list[tuple[str, list[Input]]] = [
    ("index", [("req", REQUEST)]),
    ("negotiate", [("req", REQUEST), CONNECTION]),
    *(
        ("connect", event(wps.ConnectEventRequest(connection_context=context("connect", user))))
        for user in ("alice", "attacker", None)
    ),
    *(
        (
            "connected",
            event(wps.ConnectedEventRequest(connection_context=context("connected", user))),
        )
        for user in ("alice", "bob")
    ),
    ("message", said("hello")),
    ("message", said('naïve ☂ "quoted"', STATE)),
    (
        "disconnected",
        event(wps.DisconnectedEventRequest(connection_context=context("disconnected", "alice"))),
    ),
]


async def test_chat(both_on: MakeBoth) -> None:
    """Every event of a short life."""
    both = both_on(EXAMPLES / "chat")
    ours, theirs = await both.index()
    assert ours == theirs
    assert set(ours) == {name for name, _ in CHAT}
    for name, inputs in CHAT:
        pair = await both.invoke(name, inputs)
        assert pair.theirs.error is None, pair.theirs.error
        assert pair.ours == pair.theirs
        if name == "message":
            sent = json.loads(json.dumps(pair.theirs.outputs["actions"][1]))
            assert sent[0]["actionName"] == "sendToAll"


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("index", [("req", REQUEST)]),
        ("negotiate", [("req", REQUEST), CONNECTION]),
        ("notification", [TIMER]),
    ],
)
async def test_notifications(name: str, inputs: list[Input], both_on: MakeBoth) -> None:
    """Functions of folders."""
    both = both_on(EXAMPLES / "notifications", V1)
    assert set((await both.load()).values()) == {(None, None)}
    ours, theirs = await both.invoke(name, inputs)
    assert theirs.error is None
    assert _without_numbers(ours) == _without_numbers(theirs)


def _without_numbers(answer: object) -> str:
    """The number that is made up, and the time, are others for who comes second."""
    return "".join(letter for letter in repr(answer) if not letter.isdigit())
