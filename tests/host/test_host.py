"""A function app from start to stop.

Specification: functions-python sections 1, 2.3, 8.7 and 11.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.host.fakes import (
    INPUT,
    OUTPUT,
    TRIGGER,
    FakeData,
    FakeTriggers,
    FakeWorker,
    SinkOnly,
    SourceOnly,
    function,
)
from tests.host.looking import looking
from tests.service.wire import until
from webpubsub.host.control import HostState
from webpubsub.host.errors import HostError
from webpubsub.host.extension import Extension, TriggerCall
from webpubsub.host.generation import AppGeneration
from webpubsub.host.host import FunctionHost
from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.observation import AppBroken, AppServes, ObservationPoint
from webpubsub.host.settings.app_settings import AppSettings
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.host.worker import AppError, Invocation, InvocationResult

CALL = TriggerCall(value="event")


class App:
    """A host of these functions, with its worker and its triggers."""

    def __init__(
        self,
        *functions: FunctionMetadata,
        environment: dict[str, str] | None = None,
        host_json: dict[str, Any] | None = None,
        extensions: list[Extension] | None = None,
    ) -> None:
        self.worker = FakeWorker(functions)
        self.triggers = FakeTriggers()
        self.data = FakeData()
        self.extensions: list[Extension] = (
            [self.triggers, self.data] if extensions is None else extensions
        )
        self.config = HostConfig.from_document({"version": "2.0", **(host_json or {})})
        self.settings = AppSettings(environment or {})
        self.fault: HostError | None = None
        self.point = ObservationPoint()
        self.host = FunctionHost(self.generation, self.point)

    def generation(self) -> AppGeneration:
        """The app as it is now."""
        if self.fault is not None:
            raise self.fault
        return AppGeneration(
            Path(),
            worker=self.worker,
            config=self.config,
            settings=self.settings,
            extensions=self.extensions,
        )

    def errors(self) -> dict[str, str | None]:
        return {report.name: report.error for report in self.host.functions}


async def test_functions_are_taken_on_in_the_order_of_their_names() -> None:
    """The order decides between routes; letter case does not count. Section 1."""
    app = App(function("b"), function("C"), function("a"))
    await app.host.start()
    assert app.worker.loaded == list(app.triggers.attached) == ["a", "b", "C"]
    assert app.errors() == {"a": None, "b": None, "C": None}
    assert app.triggers.events == ["started", "opened"]
    await app.host.stop()


async def test_a_call_goes_all_the_way() -> None:
    """From the trigger through inputs and the worker to the outputs."""
    app = App(function("fn", TRIGGER, INPUT, OUTPUT))

    async def body(_invocation: Invocation) -> InvocationResult:
        return InvocationResult(return_value="answer", outputs={"out": "o"})

    app.worker.body = body
    await app.host.start()
    assert (await app.triggers.attached["fn"](CALL)).return_value == "answer"
    inputs = [("request", "event"), ("item", "value of item")]
    assert list(app.worker.invocations[0].inputs) == inputs
    assert app.data.written == [("out", "o")]
    await app.host.stop()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (function("wrong", {**TRIGGER, "type": "tubeTrigger"}), "tubeTrigger"),
        (function("wrong", OUTPUT), "no trigger"),
        (function("wrong", {**TRIGGER, "hub": "%GONE%"}), "GONE"),
        (function("wrong", {**TRIGGER, "fail": True}), "fails its check"),
        (function("wrong", {**TRIGGER, "taken": True}), "the route is taken"),
        (function("unloadable"), "cannot be loaded"),
        (function("wrong name"), "not a valid function name"),
        (function("GOOD"), "Another function is called 'GOOD' too"),
        (function("wrong", TRIGGER, {**INPUT, "type": "testTrigger", "name": "x"}), "2 triggers"),
        (function("wrong", {**TRIGGER, "type": "dataTrigger"}), "cannot be a trigger"),
        (function("wrong", TRIGGER, {**INPUT, "type": "sinkOnly"}), "cannot be an input"),
        (function("wrong", TRIGGER, {**OUTPUT, "type": "sourceOnly"}), "cannot be an output"),
    ],
)
async def test_a_function_in_error_harms_no_other(wrong: FunctionMetadata, named: str) -> None:
    """It is reported with the reason, and the others run. Section 3.5."""

    triggers = FakeTriggers()
    app = App(function("good"), wrong, extensions=[triggers, FakeData(), SourceOnly(), SinkOnly()])
    app.worker.unloadable = {"unloadable"}
    await app.host.start()
    errors = {report.metadata.name: report.error for report in app.host.functions}
    reported = [error for error in errors.values() if error is not None]
    assert len(reported) == 1
    assert named in reported[0]
    assert len(triggers.attached) == 1
    (invoke,) = triggers.attached.values()
    assert (await invoke(CALL)).failure is None
    await app.host.stop()


@pytest.mark.parametrize(
    ("environment", "in_file", "disabled"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"AzureWebJobs.fn.Disabled": "true"}, False, True),
        ({"AzureWebJobs.fn.Disabled": "1"}, False, True),
        ({"azurewebjobs.FN.disabled": " True "}, False, True),
        ({"AzureWebJobs.fn.Disabled": "false"}, False, False),
        ({"AzureWebJobs.fn.Disabled": "no"}, False, False),
        ({"AzureWebJobs.other.Disabled": "true"}, False, False),
        ({"AzureWebJobs_fn_Disabled": "True"}, False, True),
        ({"AzureWebJobs.fn.Disabled": "false", "AzureWebJobs_fn_Disabled": "1"}, False, True),
        ({"AzureWebJobs_other_Disabled": "1"}, False, False),
    ],
)
async def test_a_function_can_be_disabled(
    environment: dict[str, str], in_file: bool, disabled: bool
) -> None:
    """It is known, and has no trigger. Section 2.3."""
    app = App(function("fn", disabled=in_file), environment=environment)
    await app.host.start()
    (report,) = app.host.functions
    assert (report.disabled, report.error) == (disabled, None)
    assert ("fn" in app.triggers.attached) is not disabled
    await app.host.stop()


async def test_host_json_can_choose_functions() -> None:
    """Others are not there at all; letter case does not count. Section 10.1."""
    app = App(function("one"), function("two"), host_json={"functions": ["ONE"]})
    await app.host.start()
    assert list(app.errors()) == ["one"]
    await app.host.stop()


async def test_extensions_see_settings_resolved() -> None:
    """And so do the reports. Section 9."""
    app = App(function("fn", {**TRIGGER, "hub": "%HUB%"}), environment={"HUB": "chat"})
    await app.host.start()
    assert app.triggers.metadata["fn"].trigger.get("hub") == "chat"
    assert app.host.functions[0].metadata.trigger.get("hub") == "chat"
    await app.host.stop()


async def test_a_broken_app_does_not_start() -> None:
    """The reason and the user's own traceback are those of the worker."""
    app = App()
    app.worker.index_error = AppError("function_app.py is broken", "Traceback: here")
    with pytest.raises(HostError, match="is broken") as raised:
        await app.host.start()
    assert raised.value.traceback == "Traceback: here"
    assert app.worker.stopped == 1


async def test_what_was_started_is_stopped_when_the_rest_cannot_start() -> None:
    """Nothing is left running."""
    first, second = FakeTriggers(), FakeTriggers(start_error=HostError("port 1 is in use"))
    app = App(function(), extensions=[first, second])
    with pytest.raises(HostError, match="port 1"):
        await app.host.start()
    assert (first.events, second.events) == (["started", "stopped"], [])
    assert app.worker.stopped == 1


async def test_an_app_without_functions_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    """It runs all the same. Section 3.5."""
    app = App()
    await app.host.start()
    assert caplog.messages[0].startswith("No job functions found")
    await app.host.stop()


async def test_an_extension_that_cannot_stop_does_not_keep_others_from_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is told, and the worker is let go."""
    first, second = FakeTriggers(stop_error=OSError("stuck")), FakeTriggers()
    app = App(function(), extensions=[first, second])
    await app.host.start()
    await app.host.stop()
    assert second.events == ["started", "opened", "stopped"]
    assert "stuck" in caplog.text
    assert app.worker.stopped == 1


async def _call_that_takes(app: App, seconds: float) -> "asyncio.Task[InvocationResult]":
    async def body(_invocation: Invocation) -> InvocationResult:
        await asyncio.sleep(seconds)
        return InvocationResult(return_value="done")

    app.worker.body = body
    await app.host.start()
    task = asyncio.ensure_future(app.triggers.attached["fn"](CALL))
    await asyncio.sleep(0)
    return task


async def test_stopping_lets_running_functions_end() -> None:
    """Triggers stop first, the worker last. Section 8.7."""
    app = App(function())
    task = await _call_that_takes(app, 0.05)
    await app.host.stop(5)
    assert (await task).return_value == "done"
    assert (app.triggers.events, app.worker.stopped) == (["started", "opened", "stopped"], 1)


async def test_functions_that_do_not_end_in_time_are_cancelled(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Their callers are answered, and it is told."""
    app = App(function())
    task = await _call_that_takes(app, 30)
    await app.host.stop(0.02)
    failure = (await task).failure
    assert failure is not None
    assert failure.type == "HostStopped"
    assert "1 functions did not end in time" in caplog.text
    assert app.worker.stopped == 1


async def test_the_limit_of_host_json_holds() -> None:
    """A function that takes longer fails, and the host serves on. Section 8.5."""
    app = App(function(), host_json={"functionTimeout": "00:00:01"})
    task = await _call_that_takes(app, 30)
    failure = (await task).failure
    assert failure is not None
    assert failure.type == "FunctionTimeout"
    app.worker.body = FakeWorker().body
    assert (await app.triggers.attached["fn"](CALL)).failure is None
    await app.host.stop()


async def test_a_reload_changes_over_in_one_turn() -> None:
    """The new app is indexed beside the old one, all its triggers open together, and only then does
    the old one stop. Section 8.7."""
    app = App(function("old"))
    await app.host.start()
    old_worker, old_triggers = app.worker, app.triggers
    app.worker, app.triggers = FakeWorker([function("new")]), FakeTriggers()
    app.extensions = [app.triggers, app.data]
    await app.host.reload()
    assert list(app.errors()) == ["new"]
    assert app.triggers.events == ["started", "opened"]
    await app.host.stop()
    assert old_triggers.events == ["started", "opened", "stopped"]
    assert (old_worker.stopped, app.worker.stopped) == (1, 1)


async def test_what_has_begun_ends_in_the_old_app() -> None:
    """A reload does not wait for it, and its caller is answered."""
    app = App(function())
    task = await _call_that_takes(app, 0.1)
    worker = app.worker
    app.worker = FakeWorker([function()])
    await app.host.reload()
    assert (worker.stopped, app.worker.stopped) == (0, 0)
    assert (await task).return_value == "done"
    await app.host.stop()
    assert worker.stopped == 1


@pytest.mark.parametrize("broken", ["app", "host.json"])
async def test_a_broken_app_leaves_the_old_one_as_it_was(broken: str) -> None:
    """The reason reaches the caller, and a later reload may succeed."""
    app = App(function())
    await app.host.start()
    worker, triggers = app.worker, app.triggers
    app.worker = FakeWorker()
    if broken == "app":
        app.worker.index_error = AppError("function_app.py is broken", "Traceback: here")
    else:
        app.fault = HostError("host.json is broken")
    with pytest.raises(HostError, match="is broken"):
        await app.host.reload()
    assert (triggers.events, worker.stopped) == (["started", "opened"], 0)
    assert (await triggers.attached["fn"](CALL)).failure is None
    app.worker, app.fault = FakeWorker([function("mended")]), None
    await app.host.reload()
    assert list(app.errors()) == ["mended"]
    await app.host.stop()


async def test_a_drained_app_answers_those_who_ask() -> None:
    """What runs is counted; a reload begins anew. Section 8.7."""
    app = App(function())
    task = await _call_that_takes(app, 0.05)
    await app.host.drain()
    assert app.host.is_draining
    assert app.host.running_invocations == 1
    assert (await task).return_value == "done"
    assert app.host.running_invocations == 0
    assert app.triggers.events == ["started", "opened", "drained"]
    await app.host.reload()
    assert not app.host.is_draining
    await app.host.stop()


RETRY = {"strategy": "fixedDelay", "maxRetryCount": 2, "delayInterval": "00:00:00"}


@pytest.mark.parametrize(
    ("own", "for_all", "attempts"),
    [
        (None, None, 1),
        (RETRY, None, 3),
        (None, RETRY, 3),
        ({**RETRY, "maxRetryCount": 0}, RETRY, 1),
    ],
)
async def test_a_failed_function_is_tried_again(
    own: dict[str, Any] | None, for_all: dict[str, Any] | None, attempts: int
) -> None:
    """By its own policy, else by that of host.json. Section 8.6."""
    app = App(function(retry=own), host_json={"retry": for_all} if for_all else None)

    async def body(_invocation: Invocation) -> InvocationResult:
        raise ValueError

    app.worker.body = body
    await app.host.start()
    assert (await app.triggers.attached["fn"](CALL)).failure is not None
    assert len(app.worker.invocations) == attempts
    await app.host.stop()


async def test_a_wrong_policy_is_an_error_of_its_function() -> None:
    """One in host.json is an error of the app. Section 8.6."""
    app = App(function("wrong", retry={**RETRY, "maxRetryCount": "many"}), function("good"))
    await app.host.start()
    errors = app.errors()
    assert "retry.maxRetryCount is 'many'" in str(errors["wrong"])
    assert errors["good"] is None
    await app.host.stop()
    with pytest.raises(HostError, match=r"host.json: retry.strategy is 'x'"):
        App(host_json={"retry": {"strategy": "x"}})


async def test_a_function_that_waits_to_be_tried_again_does_not_hold_up_the_end() -> None:
    """It is counted until then. Section 8.7."""
    app = App(function(retry={**RETRY, "delayInterval": "00:10:00"}))

    async def body(_invocation: Invocation) -> InvocationResult:
        raise ValueError

    app.worker.body = body
    await app.host.start()
    task = asyncio.ensure_future(app.triggers.attached["fn"](CALL))
    await until(lambda: app.host.waiting_retries)
    assert (app.host.running_invocations, app.host.waiting_retries) == (0, 1)
    await app.host.stop()
    assert (await task).failure is not None


async def test_a_function_can_be_called_by_hand() -> None:
    """With a text in place of its trigger's value; disabled and unknown ones cannot. Section
    5.4."""
    app = App(function("Fn"), function("off", disabled=True))
    await app.host.start()
    assert app.host.begin_call("fN", "text")
    assert not app.host.begin_call("off", "")
    assert not app.host.begin_call("none", "")
    await asyncio.sleep(0)
    assert [one.inputs for one in app.worker.invocations] == [[("request", "text")]]
    await app.host.stop()


async def test_the_state_of_a_host_follows_its_life() -> None:
    """A broken change of the app leaves it running, and is remembered until it is mended."""
    app = App(function("fn"))
    states = [app.host.state]
    await app.host.start()
    assert (app.host.state, app.host.last_error) == (HostState.RUNNING, None)
    app.worker.index_error = AppError("no function app")
    with pytest.raises(HostError):
        await app.host.reload()
    assert (app.host.state, app.host.last_error) == (HostState.RUNNING, "no function app")
    app.worker.index_error = None
    await app.host.reload()
    assert app.host.last_error is None
    await app.host.stop()
    states.append(app.host.state)
    assert states == [HostState.CREATED, HostState.STOPPED]


async def test_a_host_that_cannot_start_is_in_error() -> None:
    """It stays so when it is stopped, and runs once a change has mended the app. Section 8.7."""
    app = App()
    app.worker.index_error = AppError("no function app")
    with pytest.raises(HostError):
        await app.host.start()
    assert app.host.last_error == "no function app"
    await app.host.stop()
    states = [app.host.state]
    app.worker.index_error = None
    await app.host.reload()
    states.append(app.host.state)
    await app.host.stop()
    assert [*states, app.host.state] == [HostState.ERROR, HostState.RUNNING, HostState.STOPPED]


async def test_what_becomes_of_the_app_is_seen() -> None:
    """It serves, is broken by a change, and serves again."""
    app = App(function("fn"))
    with looking(app.point) as seen:
        await app.host.start()
        app.fault = HostError("as asked")
        with pytest.raises(HostError):
            await app.host.reload()
        app.fault = None
        await app.host.reload()
        await app.host.stop()
    assert [sighting.item for sighting in seen] == [
        AppServes(app.host.functions),
        AppBroken("as asked"),
        AppServes(app.host.functions, reloaded=True),
    ]
