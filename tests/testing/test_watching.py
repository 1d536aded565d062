"""Records of what passes a host. What they hold is tested with worlds."""

import logging

from webpubsub.host.observation import (
    ActionCarriedOut,
    InvocationBegan,
    InvocationEnded,
    InvocationLogged,
    ObservationPoint,
)
from webpubsub.protocol.operations import CloseAllConnections
from webpubsub.testing.records import Records
from webpubsub.testing.traffic import Traffic
from webpubsub.testing.watching import Watch

ACTION = ActionCarriedOut(
    invocation_id="1",
    function="f",
    binding="b",
    operation=CloseAllConnections(hub="chat"),
    seconds=0.0,
    problem="no",
)


async def test_a_call_from_its_beginning_to_its_end() -> None:
    """And nothing before the beginning or after the end of the watch."""
    records, point, root = Records(), ObservationPoint(), logging.getLogger()
    traffic = Traffic(lambda: 0.0)
    watch, before = Watch(records, traffic), root.level
    root.setLevel(logging.ERROR)
    watch.begin(point)
    assert root.level == logging.INFO
    assert point.observer is not None
    point.observer(
        InvocationBegan(invocation_id="1", function="f", reason="because", trigger="text")
    )
    (call,) = records.invocations
    assert (call.trigger, call.is_over, call.inputs) == ("text", False, {})
    log = InvocationLogged(
        invocation_id="1", function="f", level="INFO", logger="x", message="hello"
    )
    point.observer(log)
    point.observer(ACTION)
    point.observer(
        InvocationEnded(
            invocation_id="1",
            function="f",
            seconds=1.0,
            inputs=[("a", "text")],
            outputs={"b": 1},
            return_value="r",
        )
    )
    assert (call.inputs, call.outputs, call.returned) == ({"a": "text"}, {"b": 1}, "r")
    assert (call.is_over, call.logs, call.actions) == (True, ["hello"], records.actions)
    assert records.actions[0].error == "no"
    assert traffic.count == 4
    watch.end()
    watch.end()
    assert point.observer is None
    assert root.level == logging.ERROR
    root.setLevel(before)


async def test_what_belongs_to_no_call_that_is_known() -> None:
    """An action is kept; there is nothing else to keep."""
    records, point = Records(), ObservationPoint()
    watch = Watch(records, Traffic(lambda: 0.0))
    watch.begin(point)
    assert point.observer is not None
    point.observer(ACTION)
    watch.end()
    assert [one.name for one in records.actions] == ["closeAllConnections"]
    assert records.invocations == []
