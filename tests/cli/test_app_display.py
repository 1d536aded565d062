"""What start says of an app that serves.

Specification: functions-python section 13.2.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.apps import write_app
from webpubsub.cli.app_display import show_app
from webpubsub.cli.hub_settings import load_hub_settings
from webpubsub.composition.local_app import LocalApp, Place

APP = """
import azure.functions as func
import webpubsub as wps

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
def a_timer(timer: func.TimerRequest) -> None: ...

@app.web_pubsub_trigger(hub="room", event_type="user", event_name="message")
def b_event(request: wps.UserEventRequest) -> None: ...

@app.route("c_typed", methods=["get", "POST"])
def c_typed(req: func.HttpRequest) -> str:
    return ""

@app.route("things/{id:int?}")
def d_optional(req: func.HttpRequest) -> str:
    return ""

@app.route("e", methods=["put"])
def e_off(req: func.HttpRequest) -> str:
    return ""

@app.generic_trigger(arg_name="item", type="tubeTrigger")
def f_wrong(item: str) -> None: ...

@app.generic_trigger(arg_name="timer", type="TimerTrigger", schedule="0 0 0 1 1 *")
def g_spelled(timer: str) -> None: ...
"""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app's settings go into the environment; they must not stay there."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


async def shown(
    folder: Path, capsys: pytest.CaptureFixture[str], *, verbose: bool = False, **place: object
) -> Sequence[str]:
    """The lines that are said of an app."""
    app = LocalApp(Place(folder=folder, port=0, service_port=0, **place))  # type: ignore[arg-type]
    await app.start()
    try:
        show_app(app, load_hub_settings(folder, None, None), verbose=verbose)
    finally:
        await app.stop()
    return capsys.readouterr().out.replace(f":{app.http.port}/", ":PORT/").splitlines()


async def test_functions_are_listed_as_func_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """HTTP functions first, with the methods that they declare and their template as it is; then
    others with their trigger as the app spells it; then those that are disabled, and in error."""
    folder = write_app(tmp_path, APP, **{"AzureWebJobs.e_off.Disabled": "true"})
    ready, *lines = await shown(folder, capsys)
    stamp = r"\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\]"
    assert re.fullmatch(rf"{stamp} Worker process started and initialized\.", ready)
    assert lines[:17] == [
        *("", "Functions:", ""),
        *("\tc_typed: [GET,POST] http://localhost:PORT/api/c_typed", ""),
        *("\td_optional: http://localhost:PORT/api/things/{id:int?}", ""),
        *("\ta_timer: timerTrigger", ""),
        *("\tb_event: webPubSubTrigger", ""),
        *("\tg_spelled: TimerTrigger", ""),
        *("Function e_off is disabled.", ""),
        *(lines[15], ""),
    ]
    assert lines[15].startswith("The 'f_wrong' function is in error: ")
    assert lines[17:19] == ["For detailed output, run webpubsub with --verbose flag.", ""]
    assert re.fullmatch(rf"{stamp} Host lock lease acquired by instance ID '\w+'\.", lines[-1])


async def test_an_address_for_all_is_shown_as_this_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It can be opened in a browser; and whoever sees everything is not told how to see more."""
    folder = write_app(tmp_path, APP)
    text = "\n".join(await shown(folder, capsys, verbose=True, address="0.0.0.0"))
    assert "\te_off: [PUT] http://localhost:PORT/api/e\n" in text
    assert "--verbose" not in text


async def test_functions_that_are_not_there_are_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their names are said as they were asked for."""
    folder = write_app(tmp_path, APP)
    app = LocalApp(
        Place(folder=folder, port=0, service_port=0, functions=frozenset({"a_timer", "b_evnt"}))
    )
    await app.start()
    show_app(app, load_hub_settings(folder, None, None), verbose=False)
    await app.stop()
    said = capsys.readouterr()
    assert said.err == "warning: --functions names 'b_evnt', and the app has no such function\n"
    assert "c_typed" not in said.out
