"""Every trap can be met: an app does twice what leads into it, and the log tells it once.

Specification: bindings sections 2 to 8.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from tests.host.extensions.webpubsub.bindings import (
    RecordingClient,
    RecordingFunction,
    connected_event,
    connection,
    context_input,
    function,
    http,
    invocation,
    output,
    trigger,
    user_event,
)
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub import WebPubSubExtension
from webpubsub.host.metadata import Binding
from webpubsub.host.values import JsonText, JsonValue, Value
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol import traps
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.messages import DataType
from webpubsub.protocol.responses import EventErrorResponse
from webpubsub.protocol.traps import BY_CODE, Trap

FAILURE = FunctionFailure(type="ValueError", message="no", stack_trace="")
BINARY = user_event(b"\xff", DataType.BINARY)


class Case(msgspec.Struct, kw_only=True):
    """What leads into a trap: the bindings of functions, an event, and what is returned or set."""

    trap: Trap
    functions: Sequence[Sequence[Binding]] = ((trigger(), output()),)
    event: AnyEventRequest | None = None
    answer: Value = None
    failure: FunctionFailure | None = None
    actions: Value = None


def answered(trap: Trap, answer: Any) -> Case:
    """A message is answered with JSON."""
    text = JsonText(msgspec.json.encode(answer).decode())
    return Case(trap=trap, event=user_event(connection_state="e30="), answer=text)


def sent(trap: Trap, **members: Any) -> Case:
    """An action with these members is set."""
    action = {"actionName": "sendToAll", **members}
    return Case(trap=trap, actions=JsonText(msgspec.json.encode(action).decode()))


GUID = {"type": "Buffer", "data": "00112233-4455-6677-8899-aabbccddeeff"}
CONNECTED = trigger(eventType="system", eventName="connected")
CASES = [
    Case(trap=traps.BINDING_NAME, functions=[[output(name="my_actions")]]),
    Case(trap=traps.BINDING_PROPERTY, functions=[[connection(user_id="ann")]]),
    Case(trap=traps.BINDING_CONNECTION, functions=[[trigger(connection="A")]]),
    Case(trap=traps.BINDING_SETTING, functions=[[trigger(connections=["%A%"])]]),
    Case(trap=traps.BINDING_DUPLICATE, functions=[[trigger()], [trigger(hub="CHAT")]]),
    Case(trap=traps.BINDING_CONTEXT_ALONE, functions=[[http(), context_input()]]),
    Case(trap=traps.BINDING_CONTEXT_ROUTE, functions=[[trigger(), context_input()]]),
    Case(trap=traps.BINDING_RETURN, functions=[[trigger(), output(name="$return")]]),
    Case(trap=traps.BINDING_OUTPUTS, functions=[[trigger(), output(), output(name="more")]]),
    Case(trap=traps.EVENT_NAME, functions=[[trigger(name="event")]]),
    Case(trap=traps.EVENT_BINARY, event=BINARY),
    Case(trap=traps.EVENT_BINARY, functions=[[trigger(name="data")]], event=BINARY),
    Case(trap=traps.EVENT_BINARY, functions=[[trigger(dataType="binary")]], event=BINARY),
    Case(trap=traps.EVENT_PROTOBUF, event=user_event(b"\n\x00", DataType.PROTOBUF)),
    Case(trap=traps.ANSWER_TEXT, event=user_event(), answer='{"data": "hi"}'),
    Case(trap=traps.ANSWER_TYPE, event=user_event(), answer=1),
    answered(traps.ANSWER_LIST, []),
    Case(trap=traps.ANSWER_UNREAD, functions=[[CONNECTED]], event=connected_event(), answer=""),
    answered(traps.ANSWER_OUTPUT, {"actions": []}),
    answered(traps.ANSWER_MEMBER, {"body": "hi"}),
    Case(trap=traps.ANSWER_RAISES, event=user_event(), failure=FAILURE),
    answered(traps.REPLY_DATA_TYPE, {"data": "hi"}),
    answered(traps.ERROR_MESSAGE, {"code": "userError"}),
    answered(traps.ERROR_CODE, {"code": 200, "data": "hi"}),
    answered(traps.ERROR_SPELLING, {"Code": "userError"}),
    Case(
        trap=traps.ERROR_MQTT,
        event=user_event(physical_connection_id="pc"),
        answer=JsonValue(EventErrorResponse("unauthorized", "no")),
    ),
    answered(traps.STATES_SPELLING, {"States": {"a": 1}}),
    answered(traps.STATES_SHAPE, {"states": 1}),
    answered(traps.STATES_KEPT, {"states": {}}),
    answered(traps.DATA_OBJECT, {"data": [1], "dataType": "json"}),
    sent(traps.DATA_OBJECT, data=[1]),
    answered(traps.DATA_BUFFER, {"data": {"type": "chat"}, "dataType": "json"}),
    sent(traps.DATA_BUFFER, data={"type": "chat", "text": "hi"}),
    sent(traps.DATA_BUFFER, data={"type": "chat", "data": "aGk="}),
    answered(traps.DATA_GUID, {"data": GUID, "dataType": "binary"}),
    sent(traps.DATA_GUID, data=GUID, dataType="binary"),
    answered(traps.DATA_JSON, {"data": "hi", "dataType": "json"}),
    sent(traps.DATA_JSON, data="hi", dataType="json"),
    Case(
        trap=traps.DATA_DATE,
        actions='{"actionName": "sendToAll", "data": "2026-11-26T04:00:00Z"}',
    ),
]


async def start(case: Case, called: RecordingFunction) -> WebPubSubExtension:
    """An extension with the functions of a case."""
    extension = WebPubSubExtension(lambda _: RecordingClient())
    served = {name.lower() for name in extension.binding_types}
    for number, bindings in enumerate(case.functions):
        metadata = function(*bindings, name=f"f{number}")
        known = [one for one in bindings if one.kind in served]
        for binding in known:
            extension.check(metadata, binding)
        if any(binding.is_trigger for binding in known):
            attach(extension, metadata, called)
    await extension.start()
    extension.open()
    return extension


def attach(extension: WebPubSubExtension, metadata: Any, called: RecordingFunction) -> None:
    """A function whose event is taken is in error, and the others run."""
    try:
        extension.attach(metadata, called)
    except BindingError as error:
        assert "is taken by function 'f0'" in str(error)  # noqa: PT017


async def act(case: Case, extension: WebPubSubExtension, called: RecordingFunction) -> None:
    """What the service and the function do."""
    if case.event is not None:
        await extension.handle(case.event)
    if case.actions is not None:
        try:
            await extension.write(output(), case.actions, invocation())
        except BindingError as error:
            assert "'data'" in str(error)  # noqa: PT017


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.trap.code)
async def test_a_trap_is_told_once(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    """With its code, the function, what Azure does and how to mend it."""
    called = RecordingFunction(case.answer, case.failure)
    extension = await start(case, called)
    for _ in range(2):
        await act(case, extension, called)
    lines = [line for line in caplog.messages if line.startswith("trap.")]
    assert len(lines) == 1
    assert lines[0].startswith(f"{case.trap.code}: function 'f")
    assert lines[0].endswith(f"On Azure {case.trap.azure}. {case.trap.remedy}")


def test_every_trap_has_a_case() -> None:
    """A new trap has to be met here."""
    assert {case.trap.code for case in CASES} == set(BY_CODE)


@pytest.mark.parametrize(
    ("binding", "event"),
    [
        (trigger(), user_event("hé".encode(), DataType.BINARY)),
        (trigger(), user_event(b"\xff", DataType.TEXT)),
        (trigger(name="Data", dataType="Binary"), BINARY),
        (trigger(name="connectionContext"), BINARY),
        (trigger(name="dataType"), BINARY),
        (CONNECTED, connected_event()),
    ],
)
async def test_what_of_a_message_is_whole(
    binding: Binding, event: AnyEventRequest, caplog: pytest.LogCaptureFixture
) -> None:
    """Text that is marked as binary, the bytes themselves, and what is no data at all; a text is
    not looked into, and nothing is no answer."""
    case = Case(trap=traps.EVENT_BINARY, functions=[[binding]])
    extension = await start(case, RecordingFunction())
    await extension.handle(event)
    assert "trap." not in caplog.text


async def test_a_process_that_dies_is_no_trap(caplog: pytest.LogCaptureFixture) -> None:
    """No function could have caught that."""
    failure = FunctionFailure(type="WorkerLost", message="", stack_trace="")
    extension = await start(Case(trap=traps.ANSWER_RAISES), RecordingFunction(None, failure))
    await extension.handle(user_event())
    assert "trap." not in caplog.text
