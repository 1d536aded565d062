"""The settings of hubs on the command line."""

import asyncio
from pathlib import Path

import aiohttp
import pytest
import typer

from tests.cli.apps import write_app
from tests.cli.calls import call
from tests.cli.processes import EXAMPLES, Command, StartedApp, free_port
from webpubsub.cli.hub_settings import FILE_NAME, described, load_hub_settings
from webpubsub.service.hub_settings.flags import hubs_from_flags
from webpubsub.service.hub_settings.model import (
    EventFilter,
    EventHandlerSettings,
    EventHubTarget,
    EventListenerSettings,
    FileTarget,
    GroupPresence,
    HubSettings,
    ManagedIdentity,
    UserEvents,
)

SETTINGS = "[hubs.chat]\nanonymous = true\n"
FULL = "[service]\nmax_connections = 0\n" + SETTINGS


def test_a_file_in_the_folder_is_found_by_itself(tmp_path: Path) -> None:
    """Unless another one is named; flags are laid over either."""
    assert load_hub_settings(tmp_path, None, None).file is None
    (tmp_path / FILE_NAME).write_text(SETTINGS, "utf-8")
    found = load_hub_settings(tmp_path, None, ["chat=http://localhost"])
    assert found.settings.of("chat").allow_anonymous
    assert len(found.settings.of("chat").event_handlers) == 1
    other = tmp_path / "other.toml"
    other.write_text("", "utf-8")
    assert not load_hub_settings(tmp_path, other, []).settings.of("chat").allow_anonymous


@pytest.mark.parametrize(
    ("config", "flags", "sentence"),
    [
        ("missing.toml", [], "cannot be read: no such file or directory"),
        ("bad.toml", [], "line 1: the file has no setting 'hub'. Did you mean 'hubs'?"),
        ("few.toml", [], "line 2: service.max_groups is -1, and must be a whole number, 0 or"),
        (None, ["chat"], "--event-handler must be HUB=URL"),
    ],
)
def test_a_mistake_ends_the_command_with_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    config: str | None,
    flags: list[str],
    sentence: str,
) -> None:
    """On the error stream."""
    (tmp_path / "bad.toml").write_text("[hub.chat]", "utf-8")
    (tmp_path / "few.toml").write_text("[service]\nmax_groups = -1", "utf-8")
    with pytest.raises(typer.Exit) as caught:
        load_hub_settings(tmp_path, tmp_path / config if config else None, flags)
    assert caught.value.exit_code == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert sentence in said
    assert said.count("\n") == 1


def test_what_is_set_is_said_without_secrets() -> None:
    """Which events go where, who may come in, and how often is pinged."""
    hubs = hubs_from_flags(
        ["a:*=http://u:secret@one/{event}?code=secret", "a:connect,x,left=http://two"]
    )
    events = EventFilter(user_events=UserEvents(every=True))
    hub_target = EventHubTarget(event_hub_name="e", connection_string="secret")
    hubs["b"] = HubSettings(
        allow_anonymous=True,
        ping_interval=2.5,
        event_handlers=(
            EventHandlerSettings(
                url_template="http://three",
                auth=ManagedIdentity("api://my-app"),
                events=EventFilter(
                    group_presence=GroupPresence(frozenset({"left", "joined"}), ("room-*", "lobby"))
                ),
            ),
        ),
        event_listeners=(
            EventListenerSettings(events=events, target=FileTarget(path="events.jsonl")),
            EventListenerSettings(events=events, target=hub_target),
        ),
    )
    assert list(described(hubs)) == [
        "Events of hub a (every user event): http://one/{event}?…",
        "Events of hub a (connect, x, left): http://two",
        "Events of hub b (joined, left in groups room-*, lobby): http://three, as api://my-app",
        "Listener of hub b (every user event): events.jsonl",
        "Listener of hub b (every user event): event hub e",
        "Hub b: clients without a token are let in.",
        "Hub b: a ping every 2.5 seconds.",
    ]


async def _status(service: Command) -> int:
    """How a client without a token is answered."""
    line = next(line for line in service.output.splitlines() if "PubSub service: http" in line)
    endpoint = line.partition("service: ")[2].replace("http", "ws", 1)
    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(f"{endpoint}/client/hubs/chat"):
                return 101
        except aiohttp.WSServerHandshakeError as error:
            return error.status


@pytest.mark.parametrize(("settings", "status"), [(SETTINGS, 101), (FULL, 429)])
@pytest.mark.parametrize("command", ["service", "start"])
async def test_the_service_has_what_the_file_says(
    tmp_path: Path, command: str, settings: str, status: int
) -> None:
    """Whichever command starts it, and what was set is said."""
    (tmp_path / FILE_NAME).write_text(settings, "utf-8")
    write_app(tmp_path, "import azure.functions as func\napp = func.FunctionApp()\n")
    ports = ["--port", str(free_port())]
    if command == "start":
        ports = [*ports, "--service-port", str(free_port())]
    with Command(command, *ports, cwd=tmp_path) as service:
        await asyncio.to_thread(service.wait_for, "Hub chat: clients without a token are let in.")
        said = "Setting of the service: max_connections = 0\n" in service.output
        assert said is (status == 429)
        assert await _status(service) == status
        assert await asyncio.to_thread(service.interrupt) == 0


async def test_a_changed_file_takes_effect_and_is_said(tmp_path: Path) -> None:
    """A bad one is named with its line, and the last good settings stay."""
    path = tmp_path / FILE_NAME
    path.write_text(SETTINGS, "utf-8")
    with Command("service", "--port", str(free_port()), "--verbose", cwd=tmp_path) as service:

        async def said(text: str) -> None:
            await asyncio.to_thread(service.wait_for, text)

        await said("Hub chat: clients without a token are let in.")
        await said("Events of clients have no handler; --event-handler names one.")
        path.write_text("[hubs.chat]\nping_intervall = 3", "utf-8")
        await said(
            "webpubsub.toml, line 2: hubs.chat has no setting 'ping_intervall'. Did you mean "
            "'ping_interval'? The settings stay as they were."
        )
        path.write_text("[hubs.chat]\nping_interval = 3", "utf-8")
        await said("Hub chat: a ping every 3 seconds.")
        assert await asyncio.to_thread(service.interrupt) == 0
        assert "Traceback" not in service.output
        assert "detected" not in service.output, "what the watcher itself logs"


def test_a_bad_file_is_refused_at_the_start(tmp_path: Path) -> None:
    """Nothing has been served by then."""
    path = tmp_path / "appsettings.json"
    path.write_text('{"WebPubSub:Hubs:chat:EventHandlers:0:UrlTemplate": "x"}', "utf-8")
    done = call("service", "--port", "0", "--config", path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"error: {path}, line 1: WebPubSub:Hubs:chat:EventHandlers:0" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_settings_of_an_app_are_beside_its_host_json(tmp_path: Path) -> None:
    """They hold for the built-in service."""
    app = tmp_path / "app"
    app.mkdir()
    for name in ("host.json", "function_app.py"):
        (app / name).write_bytes((EXAMPLES / "chat" / name).read_bytes())
    (app / FILE_NAME).write_text(SETTINGS, "utf-8")
    with StartedApp(app) as started:
        started.wait_until_ready()
        assert "Hub chat: clients without a token are let in." in started.output
        assert started.interrupt() == 0
