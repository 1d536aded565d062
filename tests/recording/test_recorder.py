"""What is recorded of clients and of what comes of what they do."""

import msgspec

from tests.recording.recorded import kinds, recording
from webpubsub.protocol.connection_states import encode_states
from webpubsub.protocol.events import ConnectionContext, EventType, UserEventRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.observation import Sighting
from webpubsub.protocol.operations import CloseAllConnections
from webpubsub.protocol.outcomes import UserEventAccepted
from webpubsub.recording.recorder import Entry, Recorder
from webpubsub.service import observation as seen


async def test_clients_and_what_comes_of_what_they_do() -> None:
    """By their names, without a secret, each thing with its cause."""
    entries = await recording()
    text = msgspec.json.encode(entries).decode()
    assert "eyJ" not in text
    assert '"code":["[secret]"]' in text
    assert '"password":"[secret]"' in text
    alice, bob, mallory = kinds(entries, "connect")
    assert (alice["user"], alice["claims"], alice["query"]["room"]) == (
        "alice",
        {"sub": ["alice"]},
        ["7"],
    )
    assert bob["subprotocols"] == ["json.webpubsub.azure.v1"]
    assert mallory["client"] == "{client 3}"
    assert kinds(entries, "refused")[0]["code"] == "handshake.connect.refused"
    said = kinds(entries, "request")[1]
    assert said["request"]["message"]["data"] == "alice is {client 1}"
    (reply,) = [one for one in kinds(entries, "answer") if one.get("cause") == said["step"]]
    assert reply["outcome"]["reply"]["data"] == ("hello {client 2}, you said alice is {client 1}")
    assert [one["ackId"] for one in kinds(entries, "ack")] == [1, 2, 3]


async def test_steps_are_numbered_and_all_else_has_its_cause() -> None:
    """As nothing but clients did anything."""
    entries = await recording()
    steps = [entry["step"] for entry in entries if "step" in entry]
    assert steps == list(range(1, 10))  # 3 come, 4 requests, 2 leave
    others = [entry for entry in entries if "step" not in entry and entry["kind"] != "refused"]
    assert all(entry["cause"] in steps for entry in others), others
    left = [entry for entry in entries if entry.get("event") == "disconnected"]
    assert {one["cause"] for one in left} == {8, 9}


def recorded(*items: seen.Observed) -> list[Entry]:
    """What is recorded of these, outside of every trace."""
    entries: list[Entry] = []
    recorder = Recorder(lambda text: entries.append(msgspec.json.decode(text)))
    for at, item in enumerate(items):
        recorder(Sighting(item, None, 1e9 + at, 100.0 + at))
    return entries


def test_times_count_from_the_first_entry() -> None:
    """And what no client has done has no cause."""
    item = seen.OperationApplied(CloseAllConnections(hub="h"), None)
    first, second = recorded(item, item)
    assert (first["at"], second["at"]) == (0.0, 1.0)
    assert "cause" not in first


def test_states_are_shown_as_what_they_are() -> None:
    """Which is not the text that goes over the wire; without secrets."""
    context = ConnectionContext(
        event_type=EventType.USER, event_name="e", hub="h", connection_id="c"
    )
    event = UserEventRequest(connection_context=context, message=Message(DataType.TEXT, b""))
    state = encode_states({"count": 1, "token": "x"})
    (entry,) = recorded(seen.EventAnswered(event, UserEventAccepted(connection_state=state)))
    assert entry["outcome"]["states"] == {"count": 1, "token": "[secret]"}


def test_what_is_not_of_interest_is_not_recorded() -> None:
    """That a client wants to connect is seen by its event."""
    assert recorded(seen.HandshakeBegan("/client/hubs/h")) == []
