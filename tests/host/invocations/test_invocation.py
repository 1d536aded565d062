"""What happens around a call of a function.

Specification: bindings sections 5.2 and 5.9.
And functions-python sections 4.5 and 8.3.
"""

import asyncio
import logging
from contextvars import copy_context
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.fakes import INPUT, OUTPUT, RETURN, TRIGGER, Body, FakeData, FakeWorker, function
from tests.host.looking import looking
from webpubsub.host.current_invocation import CurrentInvocation, current_invocation
from webpubsub.host.extension import BindingError, TriggerCall
from webpubsub.host.invocations.invocation import FunctionInvoker, _outputs_in
from webpubsub.host.invocations.running_invocations import RunningInvocations
from webpubsub.host.observation import (
    InvocationBegan,
    InvocationEnded,
    InvocationLogged,
    ObservationPoint,
)
from webpubsub.host.values import JsonText, JsonValue, Value
from webpubsub.host.worker import (
    FunctionFailure,
    Invocation,
    InvocationResult,
    TraceContext,
    WorkerLost,
)

FAILURE = FunctionFailure(type="ValueError", message="why", stack_trace="Traceback: here\n")
OTHER_OUTPUT = {**OUTPUT, "name": "other"}


class Setup:
    """One function with its worker, its bindings' extension and its invoker."""

    def __init__(self, *bindings: dict[str, Any], limit: float | None = None) -> None:
        self.worker = FakeWorker()
        self.data = FakeData()
        self.running = RunningInvocations(limit)
        self.point = ObservationPoint()
        metadata = function("fn", *bindings)
        self.invoke = FunctionInvoker(
            metadata,
            worker=self.worker,
            running=self.running,
            inputs=[(one.name, self.data.reader(one)) for one in metadata.inputs],
            outputs=[(binding, self.data) for binding in metadata.outputs],
            point=self.point,
        )

    def answers(self, return_value: Value = None, **outputs: Value) -> None:
        """What the function returns and sets from now on."""

        async def body(_invocation: Invocation) -> InvocationResult:
            return InvocationResult(return_value=return_value, outputs=outputs)

        self.worker.body = body

    def raises(self, error: BaseException) -> None:
        """What the worker raises from now on."""

        async def body(_invocation: Invocation) -> InvocationResult:
            raise error

        self.worker.body = body


async def sleep_long(_invocation: Invocation) -> InvocationResult:
    """A function that does not end by itself."""
    await asyncio.sleep(30)
    return InvocationResult()


async def refuse_to_end(_invocation: Invocation) -> InvocationResult:
    """A function that takes no notice of being cancelled."""
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        return InvocationResult(return_value="late")
    raise AssertionError("it was not cancelled")


async def test_inputs_are_in_order_with_the_trigger_first() -> None:
    """What the worker is given: values by name, metadata and trace context of the trigger."""
    setup = Setup(INPUT, TRIGGER, {**INPUT, "name": "second"})
    trace = TraceContext("parent", "state")
    call = TriggerCall(value="event", trigger_metadata=lambda: {"A": "a"}, trace_context=trace)
    setup.answers("answer")
    assert await setup.invoke(call) == InvocationResult(return_value="answer")
    (invocation,) = setup.worker.invocations
    assert list(invocation.inputs) == [
        ("request", "event"),
        ("item", "value of item"),
        ("second", "value of second"),
    ]
    assert (invocation.function_id, invocation.trace_context) == ("fn", trace)
    assert invocation.trigger_metadata() == {"A": "a"}
    assert str(UUID(invocation.id)) == invocation.id


async def test_each_invocation_has_an_id_of_its_own() -> None:
    """Bindings see the same one."""
    setup = Setup(INPUT, TRIGGER)
    await setup.invoke(TriggerCall(value=None))
    await setup.invoke(TriggerCall(value=None))
    ids = [invocation.id for invocation in setup.worker.invocations]
    assert ids[0] != ids[1]
    assert [context.invocation_id for context in setup.data.contexts] == ids


async def test_bindings_see_the_data_of_the_trigger_and_of_the_system() -> None:
    """Expressions have both; the trigger's own wins. Section 9."""
    setup = Setup(INPUT, TRIGGER)
    await setup.invoke(TriggerCall(value="v", binding_data={"user": "alice"}))
    await setup.invoke(TriggerCall(value="v", binding_data={"sys": "mine"}))
    first, second = setup.data.contexts
    assert (first.trigger_value, first.function.name) == ("v", "fn")
    assert first.binding_data["user"] == "alice"
    assert first.binding_data["sys"]["methodname"] == "fn"
    assert second.binding_data["sys"] == "mine"


async def test_outputs_are_written_in_the_order_of_their_bindings() -> None:
    """Each that was set, $return with what was returned; None is nothing to write."""
    setup = Setup(TRIGGER, OTHER_OUTPUT, RETURN, OUTPUT)
    setup.answers("answer", out="o", other="p", unknown="q")
    result = await setup.invoke(TriggerCall(value=None))
    assert setup.data.written == [("other", "p"), ("$return", "answer"), ("out", "o")]
    assert result.return_value == "answer"
    setup.data.written.clear()
    setup.answers(None)
    await setup.invoke(TriggerCall(value=None))
    assert setup.data.written == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (JsonText('{"out": [{"a": 1}]}'), JsonText('[{"a": 1}]')),
        (JsonText('{"out": {"a": 1}, "x": 2}'), JsonText('{"a": 1}')),
        (JsonText('{"out": "text"}'), "text"),
        (JsonText('{"out": 1.5}'), 1.5),
        (JsonText('{"out": true}'), JsonText("true")),
        (JsonValue({"out": [{"a": 1}], "x": 2}), JsonValue([{"a": 1}])),
        (JsonValue({"out": "text"}), "text"),
        (JsonValue({"x": 1}), "set"),
        (JsonValue([{"out": 1}]), "set"),
        (JsonText('{"OUT": 1}'), "set"),
        (JsonText('{"x": {"out": 1}}'), "set"),
        (JsonText('["out"]'), "set"),
        (JsonText('"out"'), "set"),
        ('{"out": 1}', "set"),
        (None, "set"),
    ],
)
async def test_a_member_called_like_an_output_is_that_output(
    answer: Value, expected: Value
) -> None:
    """Of a JSON object that is returned; it wins over what was set. Section 4.5."""
    setup = Setup(TRIGGER, OUTPUT)
    setup.answers(answer, out="set")
    await setup.invoke(TriggerCall(value=None))
    assert setup.data.written == [("out", expected)]


async def test_with_a_return_binding_answers_are_not_looked_into() -> None:
    """The object is what is written. Section 4.5."""
    setup = Setup(TRIGGER, OUTPUT, RETURN)
    answer = JsonText('{"out": 1}')
    setup.answers(answer)
    await setup.invoke(TriggerCall(value=None))
    assert setup.data.written == [("$return", answer)]


async def test_an_output_that_is_null_in_the_answer_is_not_written() -> None:
    """As one that was not set."""
    setup = Setup(TRIGGER, OUTPUT)
    setup.answers(JsonText('{"out": null}'))
    await setup.invoke(TriggerCall(value=None))
    assert setup.data.written == []


@given(st.text())
def test_any_text_can_be_an_answer(text: str) -> None:
    """What is no JSON object has no outputs, and raises nothing."""
    _outputs_in(JsonText(f'{text}"out"'), ["out"])


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (BindingError("the setting X is missing"), "the setting X is missing"),
        (ZeroDivisionError("oops"), "oops"),
    ],
)
@pytest.mark.parametrize("binding", [INPUT, OUTPUT])
async def test_a_binding_that_fails_fails_the_invocation(
    error: Exception, message: str, binding: dict[str, Any]
) -> None:
    """A failing input keeps the function from running; a failing output withholds the answer."""
    setup = Setup(TRIGGER, binding)
    setup.data.error = error
    setup.answers("answer", out="o")
    result = await setup.invoke(TriggerCall(value=None))
    assert result.failure is not None
    assert (result.failure.message, result.return_value) == (message, None)
    assert bool(result.failure.stack_trace) is isinstance(error, ZeroDivisionError)
    assert len(setup.worker.invocations) == (1 if binding is OUTPUT else 0)


async def test_a_function_that_fails_writes_nothing() -> None:
    """Its outputs are dropped. Section 4.4."""
    setup = Setup(TRIGGER, OUTPUT)

    async def body(_invocation: Invocation) -> InvocationResult:
        return InvocationResult(failure=FAILURE, outputs={"out": "o"})

    setup.worker.body = body
    assert (await setup.invoke(TriggerCall(value=None))).failure == FAILURE
    assert setup.data.written == []


async def test_a_lost_worker_is_a_failure() -> None:
    """The invocation fails, and the host lives."""
    setup = Setup(TRIGGER)
    setup.raises(WorkerLost("the worker has stopped"))
    failure = (await setup.invoke(TriggerCall(value=None))).failure
    assert failure is not None
    assert (failure.type, failure.message) == ("WorkerLost", "the worker has stopped")


@pytest.mark.parametrize("body", [sleep_long, refuse_to_end])
async def test_a_function_that_takes_too_long_is_ended(body: Body) -> None:
    """The host serves the next call. Section 8.5."""
    setup = Setup(TRIGGER, limit=0.05)
    setup.worker.body = body
    result = await setup.invoke(TriggerCall(value=None))
    if body is sleep_long:
        assert result.failure is not None
        assert result.failure.type == "FunctionTimeout"
        assert "functionTimeout in host.json" in result.failure.message
    setup.answers("next")
    assert await setup.invoke(TriggerCall(value=None)) == InvocationResult(return_value="next")
    await asyncio.sleep(0)
    assert len(setup.running) == 0


async def test_a_cancelled_caller_is_cancelled() -> None:
    """And the invocation is no longer counted."""
    setup = Setup(TRIGGER)
    setup.worker.body = sleep_long
    task = asyncio.create_task(setup.invoke(TriggerCall(value=None)))
    await asyncio.sleep(0)
    assert len(setup.running) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(setup.running) == 0


async def test_every_end_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """As what it was, with the id that bindings and worker see."""
    caplog.set_level(logging.INFO, "Function")
    setup = Setup(TRIGGER)
    await setup.invoke(TriggerCall(value=None, reason="Because.", details="Of: it"))
    setup.raises(WorkerLost("it has stopped"))
    await setup.invoke(TriggerCall(value=None))
    first, second = (invocation.id for invocation in setup.worker.invocations)
    assert f"(Reason='Because.', Id={first})" in caplog.messages[0]
    assert caplog.messages[1] == "Trigger Details: Of: it"
    assert f"(Succeeded, Id={first}," in caplog.messages[2]
    assert f"(Failed, Id={second}," in caplog.messages[4]
    assert "Exception: WorkerLost: it has stopped" in caplog.messages[5]


async def test_a_cancelled_invocation_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """It has neither succeeded nor failed."""
    setup = Setup(TRIGGER)
    setup.worker.body = sleep_long
    task = asyncio.create_task(setup.invoke(TriggerCall(value=None)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "(Cancelled, Id=" in caplog.text


async def test_an_invocation_is_seen_from_its_beginning_to_its_end() -> None:
    """With what it was given and what it gave, in a span that it is told itself."""
    setup = Setup(TRIGGER, INPUT, OUTPUT)
    setup.answers("answer", out="done")
    call = TriggerCall(value="event", reason="why", trace_context=TraceContext("of the caller"))
    with looking(setup.point) as seen:
        await setup.invoke(call)
    began, ended = (sighting.item for sighting in seen)
    (invocation,) = setup.worker.invocations
    assert began == InvocationBegan(
        invocation_id=invocation.id,
        function="fn",
        reason="why",
        trigger="event",
        trigger_type=TRIGGER["type"],
    )
    assert isinstance(ended, InvocationEnded)
    assert (ended.invocation_id, ended.failure) == (invocation.id, None)
    assert list(ended.inputs) == list(invocation.inputs)
    assert (dict(ended.outputs), ended.return_value) == ({"out": "done"}, "answer")
    span = seen[0].span
    assert span is not None
    assert seen[1].span == span
    assert invocation.trace_context.trace_parent == span.trace_parent


async def test_what_a_thread_of_it_has_logged_is_seen_before_its_end() -> None:
    """Although the event loop has had no turn since. Section 8.3."""
    setup = Setup(TRIGGER)

    async def body(invocation: Invocation) -> InvocationResult:
        current_invocation.set(CurrentInvocation(invocation.id, "fn"))
        thread = Thread(target=copy_context().run, args=[logging.warning, "from a thread"])
        thread.start()
        thread.join()
        return InvocationResult()

    setup.worker.body = body
    with looking(setup.point) as seen:
        await asyncio.create_task(setup.invoke(TriggerCall(value="event")))
    kinds = [type(sighting.item) for sighting in seen]
    assert kinds == [InvocationBegan, InvocationLogged, InvocationEnded]
    assert seen[0].span == seen[1].span == seen[2].span


async def test_a_failure_is_seen_and_so_is_a_caller_who_leaves() -> None:
    """Every invocation that began is seen to end."""
    setup = Setup()
    setup.raises(WorkerLost("gone"))
    with looking(setup.point) as seen:
        await setup.invoke(TriggerCall(value="event"))
        setup.worker.body = sleep_long
        task = asyncio.ensure_future(setup.invoke(TriggerCall(value="event")))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    ended = [one.item.failure for one in seen if isinstance(one.item, InvocationEnded)]
    assert [failure and failure.type for failure in ended] == ["WorkerLost", "CancelledError"]
