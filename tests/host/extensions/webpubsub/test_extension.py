"""The extension as the host and the service use it.

Specification: bindings sections 3.5, 5.1 and 5.8.
"""

from typing import Any

import pytest

from tests.host.extensions.webpubsub.bindings import (
    EVERY_EVENT,
    RecordingClient,
    RecordingFunction,
    connect_event,
    connected_event,
    connection,
    disconnected_event,
    function,
    invocation,
    opened,
    output,
    trigger,
    user_event,
)
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub import WebPubSubExtension
from webpubsub.host.metadata import Binding
from webpubsub.host.values import JsonText, Value
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol import operations as ops
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    Notified,
    Unhandled,
    UserEventAccepted,
)

FAILURE = FunctionFailure(type="ValueError", message="no", stack_trace="")


def system(name: str, **properties: Any) -> Binding:
    return trigger(eventType="system", eventName=name, **properties)


TRIGGERS = (system("connect"), system("connected"), system("disconnected"), trigger())


async def running(
    called: RecordingFunction, *bindings: Binding, client: RecordingClient | None = None
) -> WebPubSubExtension:
    """An extension with one function per binding."""
    extension = WebPubSubExtension(lambda _: client or RecordingClient())
    return await opened(extension, called, bindings)


@pytest.mark.parametrize(
    ("event", "value", "failure", "expected"),
    [
        (connect_event(), None, None, ConnectAccepted()),
        (connect_event(), JsonText('{"userId":"ann"}'), None, ConnectAccepted(user_id="ann")),
        (connect_event(), None, FAILURE, EventFailed(status=500, message="ValueError: no")),
        (
            user_event(),
            JsonText('{"data":"yo","dataType":"text"}'),
            None,
            UserEventAccepted(reply=Message(DataType.TEXT, b"yo")),
        ),
        (user_event(), None, FAILURE, EventFailed(status=500, message="ValueError: no")),
        (connected_event(), JsonText('{"code":0}'), None, Notified()),
        (connected_event(), None, FAILURE, Notified()),
        (disconnected_event(), "text", None, Notified()),
        (disconnected_event(), None, FAILURE, Notified()),
    ],
)
async def test_an_event_is_answered_by_its_function(
    event: AnyEventRequest,
    value: Value,
    failure: FunctionFailure | None,
    expected: EventOutcome,
) -> None:
    """What is returned is the answer; a failure is status 500, unless nobody waits."""
    called = RecordingFunction(value, failure)
    extension = await running(called, *TRIGGERS)
    assert await extension.handle(event) == expected
    assert len(called.calls) == 1


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: type(event).__name__)
async def test_the_function_receives_the_event_itself(event: AnyEventRequest) -> None:
    """A typed function gets the object the service made."""
    called = RecordingFunction()
    extension = await running(called, *TRIGGERS)
    await extension.handle(event)
    assert called.calls[0].value.event is event  # type: ignore[union-attr]


async def test_a_call_knows_the_event() -> None:
    """Expressions, metadata and the reason of the call are those of the event."""
    called = RecordingFunction()
    extension = await running(called, trigger(name="data", dataType="binary"))
    await extension.handle(user_event(b"\xff\x00", DataType.BINARY))
    call = called.calls[0]
    assert call.value.wire == b"\xff\x00"  # type: ignore[union-attr]
    assert call.binding_data["dataType"] == "Binary"
    assert call.trigger_metadata()["DataType"] == "Binary"
    assert call.reason == "An event of the Web PubSub service arrived."


@pytest.mark.parametrize(
    "event", [user_event(name="other"), user_event(hub="other"), connect_event()]
)
async def test_an_event_without_a_function_is_unhandled(event: AnyEventRequest) -> None:
    """No function is called for an event that none asked for."""
    called = RecordingFunction()
    extension = await running(called, trigger())
    assert await extension.handle(event) == Unhandled()
    assert called.calls == []


async def test_events_are_taken_only_while_the_host_runs() -> None:
    """Before the start and after the stop, an event fails."""
    called = RecordingFunction()
    extension = await running(called, trigger())
    await extension.stop()
    assert isinstance(await extension.handle(user_event()), EventFailed)
    await extension.start()
    extension.open()
    assert await extension.handle(user_event()) == UserEventAccepted()


async def test_which_system_events_are_wanted() -> None:
    """Those that a function takes; while the host does not run all are, because all fail."""
    extension = await running(RecordingFunction(), system("connect"), trigger())
    assert extension.wants("chat", "connect")
    assert not extension.wants("chat", "connected")
    assert not extension.wants("other", "connect")
    assert not extension.wants("chat", "message"), "which is no system event"
    await extension.stop()
    assert extension.wants("chat", "connected")


async def test_an_event_has_one_function() -> None:
    """The second function for an event is refused when it is attached."""
    with pytest.raises(BindingError, match="is taken by function 'f0'"):
        await running(RecordingFunction(), trigger(), trigger(eventName="MESSAGE"))


async def test_a_message_is_not_read_on_its_way() -> None:
    """Handling an event reads no JSON: a payload that is no JSON passes like any other."""
    called = RecordingFunction()
    extension = await running(called, trigger())
    assert await extension.handle(user_event(b"{", DataType.JSON)) == UserEventAccepted()


@pytest.mark.parametrize(
    ("binding", "words"),
    [
        (
            Binding({"type": "webPubSubContext", "name": "c", "direction": "out"}),
            "'direction' must be 'in'",
        ),
        (Binding({"type": "webPubSubContext", "name": "c", "connections": "A"}), "an array"),
        (trigger(eventType=None), "'eventType' is missing"),
        (connection(hub=None), "'hub' is missing"),
        (output(hub=None), "'hub' is missing"),
        (output(connection=5), "'connection' must be a string"),
    ],
)
def test_a_wrong_binding_is_refused(binding: Binding, words: str) -> None:
    """When the app is indexed, and by name."""
    extension = WebPubSubExtension(lambda _: RecordingClient())
    with pytest.raises(BindingError, match=words):
        extension.check(function(binding), binding)


@pytest.mark.parametrize("binding", [connection(connection="Other"), output(connection="Other")])
def test_a_service_that_is_not_configured_is_an_error_at_the_start(binding: Binding) -> None:
    """A missing setting is found when the app is indexed, not at the first call, and told with the
    binding."""

    def clients(name: str | None) -> RecordingClient:
        raise BindingError(f"the setting '{name}' is missing")

    with pytest.raises(BindingError, match=rf"^{binding.type} '\w+': the setting 'Other' is"):
        WebPubSubExtension(clients).check(function(binding), binding)


def test_hubs_are_those_of_the_bindings() -> None:
    """Each once, in lower case, without those that only a call knows."""
    extension = WebPubSubExtension(lambda _: RecordingClient(), hub="Main")
    bindings = (
        trigger(hub="B"),
        output(hub="a"),
        connection(hub="b"),
        connection(hub=None),
        output(hub="{query.hub}"),
        trigger(hub=""),
    )
    for binding in bindings:
        extension.check(function(binding), binding)
    assert extension.hubs == ("b", "a", "main")


async def test_inputs_and_outputs_reach_the_service() -> None:
    """The extension reads connections and writes actions with the service of the binding."""
    client = RecordingClient()
    extension = await running(RecordingFunction(), client=client)
    value = await extension.reader(connection(userId="{user}"))(invocation(user="ann"))
    await extension.write(output(), '{"actionName":"closeAllConnections"}', invocation())
    assert isinstance(value, JsonText)
    assert client.accesses == [("chat", "ann", (), (), 60)]
    assert client.operations == [ops.CloseAllConnections(hub="chat")]


def test_a_trigger_is_no_input() -> None:
    """The host never reads a trigger; if it does, that is an error with a name."""
    extension = WebPubSubExtension(lambda _: RecordingClient())
    with pytest.raises(BindingError, match="this is not an input"):
        extension.reader(trigger())


def test_section_2_1_the_types_and_the_properties_that_hold_settings() -> None:
    """In lower case; a connection is a name already, and holds none."""
    extension = WebPubSubExtension(lambda _: RecordingClient())
    assert extension.binding_types == {
        "webPubSubTrigger": {"hub", "eventname"},
        "webPubSubConnection": {"hub", "userid"},
        "webPubSubContext": set(),
        "webPubSub": {"hub"},
    }
