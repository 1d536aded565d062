"""``webpubsub start``: started, used and stopped as a user would.

Specification: functions-python sections 13.1 and 13.2.
And bindings section 3.1.
"""

import asyncio
import re
import signal
import socket
import time
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from tests.cli.apps import ECHO, HALF, STUBBORN, client_of, is_echoed, write_app
from tests.cli.calls import call
from tests.cli.processes import EXAMPLES, Command, StartedApp, free_port, run
from webpubsub.cli.banner import banner
from webpubsub.service.settings import DEVELOPMENT_KEY

OTHER_KEY = "another-key-that-is-long-enough-for-it"
REMOTE = f"Endpoint=https://example.webpubsub.azure.com;AccessKey={OTHER_KEY};Version=1.0;"


@pytest.fixture
def echo(tmp_path: Path) -> Path:
    """An app that answers what it is sent."""
    return write_app(tmp_path / "echo", ECHO)


def test_the_output_is_what_users_of_func_expect() -> None:
    """Functions with their URLs or triggers, then the service, then the lines editors wait for."""
    with StartedApp(EXAMPLES / "chat") as app:
        text = app.wait_until_ready()
        assert app.interrupt() == 0
    assert text.startswith(f"{banner()}\n[")
    functions = text.partition("\nFunctions:\n\n")[2]
    http = f"http://localhost:{app.port}/api"
    assert functions.startswith(
        f"\tindex: [GET] {http}/index\n\n"
        f"\tnegotiate: [GET] {http}/negotiate\n\n"
        "\tconnect: webPubSubTrigger\n\n"
        "\tconnected: webPubSubTrigger\n\n"
        "\tdisconnected: webPubSubTrigger\n\n"
        "\tmessage: webPubSubTrigger\n\n"
    )
    endpoint = f"http://127.0.0.1:{app.service_port}"
    assert f"Web PubSub service: {endpoint}\n" in functions
    assert f"Endpoint={endpoint};AccessKey={DEVELOPMENT_KEY};Version=1.0;\n" in functions
    assert "Hubs: chat\n" in functions
    ready = re.compile(
        r"^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] "
        r"(Worker process started and initialized\.|"
        r"Host lock lease acquired by instance ID '\w+'\.)$",
        re.MULTILINE,
    )
    assert len(ready.findall(text)) == 2
    assert "Traceback" not in app.output


async def test_an_app_and_its_service_serve(echo: Path) -> None:
    """A client negotiates, connects, sends and is answered."""
    with StartedApp(echo) as app:
        await asyncio.to_thread(app.wait_until_ready)
        async with client_of(app.url) as client:
            assert await is_echoed(client)
        assert await asyncio.to_thread(app.interrupt) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_stopping_lets_functions_finish_and_tells_clients(
    echo: Path, number: signal.Signals
) -> None:
    """An answer that is being made reaches its client, then a close frame does."""
    with StartedApp(echo) as app:
        await asyncio.to_thread(app.wait_until_ready)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{app.url}/negotiate?user=alice") as answer:
                url = await answer.text()
            async with session.ws_connect(url) as client:
                await client.send_str("sleep 1")
                await asyncio.sleep(0.3)
                app.send(number)
                assert await client.receive_str(timeout=10) == "sleep 1"
                last = await client.receive(timeout=10)
                assert last.type is aiohttp.WSMsgType.CLOSE
                assert last.data == aiohttp.WSCloseCode.GOING_AWAY
        assert await asyncio.to_thread(app.wait) == 0
        assert "handled sleep 1" in app.output
        assert "Traceback" not in app.output


async def test_functions_that_do_not_end_have_ten_seconds(tmp_path: Path) -> None:
    """Or more, where the app asks for it. A thread cannot be stopped; the process ends all the
    same, and orderly: what the app has registered for its end runs. Specification: functions-python
    section 8.7."""
    source = STUBBORN + "import atexit\natexit.register(print, 'this is the end')\n"
    never = write_app(tmp_path / "never", source)
    late = source.replace("threading.Event().wait()", "threading.Event().wait(11)")
    patient = write_app(tmp_path / "late", late, FUNCTIONS_ENABLE_DRAIN_ON_APP_STOPPING="1")
    cut_off, answered = await asyncio.gather(last_seconds(never), last_seconds(patient))
    assert cut_off.seconds > 8
    assert cut_off.answer == ""
    assert answered.answer == "never"


class LastSeconds(NamedTuple):
    """How long an app took to end, and the text that it answered meanwhile, if any."""

    seconds: float
    answer: str


async def last_seconds(folder: Path) -> LastSeconds:
    """Interrupt an app whose function waits."""
    with StartedApp(folder) as app:
        await asyncio.to_thread(app.wait_until_ready)
        async with aiohttp.ClientSession() as session:
            request = asyncio.ensure_future(session.get(f"{app.url}/wait"))
            await asyncio.to_thread(app.wait_for, "waiting")
            began = time.monotonic()
            assert await asyncio.to_thread(app.interrupt) == 0
            seconds = time.monotonic() - began
            try:
                answer = await (await request).text()
            except aiohttp.ClientError:
                answer = ""
        assert "this is the end" in app.output
    return LastSeconds(seconds, answer)


async def test_a_second_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    """For those who do not want to wait for the functions."""
    with StartedApp(write_app(tmp_path, STUBBORN)) as app:
        await asyncio.to_thread(app.wait_until_ready)
        async with aiohttp.ClientSession() as session:
            request = asyncio.ensure_future(session.get(f"{app.url}/wait"))
            await asyncio.to_thread(app.wait_for, "waiting")
            app.send(signal.SIGINT)
            await asyncio.sleep(0.5)
            assert await asyncio.to_thread(app.interrupt) == 128 + signal.SIGINT
            await asyncio.gather(request, return_exceptions=True)


async def test_a_function_in_error_does_not_harm_the_others(tmp_path: Path) -> None:
    """It is listed with what is wrong, and the others serve."""
    with StartedApp(write_app(tmp_path, HALF)) as app:
        text = await asyncio.to_thread(app.wait_until_ready)
        assert re.search(r"^The 'bad' function is in error: .*tubeTrigger", text, re.MULTILINE)
        assert f"\tgood: http://localhost:{app.port}/api/good\n" in text
        async with aiohttp.ClientSession() as session, session.get(f"{app.url}/good") as answer:
            assert await answer.text() == "fine"
        assert await asyncio.to_thread(app.interrupt) == 0


@pytest.mark.parametrize(("options", "shown"), [([], True), (["--no-verbose"], False)])
def test_continuous_integration_sees_all(echo: Path, options: list[str], shown: bool) -> None:
    """Nobody is there to start it again with --verbose; whoever says --no-verbose is heard."""
    with StartedApp(echo, env={"CI": "1"}, options=options) as app:
        text = app.wait_until_ready()
        assert app.interrupt() == 0
    assert ("Registered Web PubSub negotiate Endpoint" in text) is shown


def test_a_disabled_function_is_listed_as_such(echo: Path) -> None:
    """It is known, but neither reachable nor called."""
    with StartedApp(echo, env={"AzureWebJobs.negotiate.Disabled": "true"}) as app:
        text = app.wait_until_ready()
        assert "Function negotiate is disabled.\n" in text
        assert "/api/negotiate" not in text
        assert app.interrupt() == 0


def test_a_remote_service_is_used_and_told_where_events_go(tmp_path: Path) -> None:
    """No service of our own starts, and nothing secret is shown."""
    app_folder = write_app(tmp_path, ECHO, WebPubSubConnectionString=REMOTE)
    with StartedApp(app_folder) as app:
        text = app.wait_until_ready()
        assert "Web PubSub service: https://example.webpubsub.azure.com (remote" in text
        url = f"http://localhost:{app.port}/runtime/webhooks/webpubsub"
        assert f"Event handler of its hubs: {url}\n  hub echo: user events message\n" in text
        assert "warning" not in text
        assert OTHER_KEY not in text
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", app.service_port)) != 0
        assert app.interrupt() == 0


async def test_the_two_commands_work_together(tmp_path: Path) -> None:
    """``webpubsub service`` in a process of its own calls the app through its webhook."""
    port, service_port = free_port(), free_port()
    connection = f"Endpoint=http://127.0.0.1:{service_port};AccessKey={OTHER_KEY};Version=1.0;"
    folder = write_app(tmp_path, ECHO, WebPubSubConnectionString=connection)
    handler = f"echo:message=http://localhost:{port}/runtime/webhooks/webpubsub"
    service = Command(
        "service",
        "--port",
        str(service_port),
        "--event-handler",
        handler,
        env={"WEBPUBSUB_ACCESS_KEY": OTHER_KEY},
    )
    with service, StartedApp(folder, port=port) as app:
        await asyncio.to_thread(service.wait_for, "Connection string")
        await asyncio.to_thread(app.wait_until_ready)
        async with client_of(app.url) as client:
            assert await is_echoed(client)
        assert await asyncio.to_thread(app.interrupt) == 0
        assert await asyncio.to_thread(service.interrupt) == 0


def test_a_remote_service_of_one_binding_is_told_too(tmp_path: Path) -> None:
    """A binding's own connection is used for that binding."""
    source = ECHO.replace('hub="echo", user_id', 'hub="echo", connection="Other", user_id')
    with StartedApp(write_app(tmp_path, source, Other=REMOTE)) as app:
        text = app.wait_until_ready()
        assert "https://example.webpubsub.azure.com (remote" in text
        assert app.interrupt() == 0


def test_a_connection_string_that_names_the_own_service_sets_its_key(tmp_path: Path) -> None:
    """The key is the user's then, and is not shown."""
    port = free_port()
    text = f"Endpoint=http://localhost:{port};AccessKey={OTHER_KEY};Version=1.0;"
    folder = write_app(tmp_path, ECHO, WebPubSubConnectionString=text)
    with StartedApp(folder, service_port=port) as app:
        shown = app.wait_until_ready()
        assert f"Web PubSub service: http://127.0.0.1:{port}\n" in shown
        assert OTHER_KEY not in shown
        assert app.interrupt() == 0


BROKEN_SYNTAX = "import azure.functions as func\napp = func.FunctionApp(\n"
BROKEN_IMPORT = "import azure.functions as func\nimport there_is_no_such_module\n"
NO_APP_OBJECT = "import azure.functions as func\n"
WRONG_EVENT = """
import webpubsub as wps
app = wps.WebPubSubApp()

@app.web_pubsub_trigger(hub="chat", event_type="system", event_name="conect")
def connect(request: wps.ConnectEventRequest) -> None: ...
"""


@pytest.mark.parametrize(
    ("source", "reason", "shown"),
    [
        (BROKEN_SYNTAX, "function_app.py", "SyntaxError"),
        (BROKEN_IMPORT, "there_is_no_such_module", 'function_app.py", line 2'),
        (NO_APP_OBJECT, "function_app.py", ""),
        (WRONG_EVENT, "'connect'", ""),
    ],
)
def test_a_broken_app_that_is_not_followed_is_one_line_after_its_own_traceback(
    tmp_path: Path, source: str, reason: str, shown: str
) -> None:
    """The traceback ends in the user's file; none of ours is in it."""
    ports = ("--port", "0", "--service-port", "0")
    done = run("start", write_app(tmp_path, source), *ports, "--no-reload")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("error: ")
    assert reason in done.stderr
    assert shown in done.stderr
    assert "webpubsub/host" not in done.stderr
    assert "webpubsub/cli" not in done.stderr


def test_a_broken_app_ends_the_command_where_nobody_could_mend_it(tmp_path: Path) -> None:
    """As continuous integration says of itself; the exit code tells it."""
    app = write_app(tmp_path, BROKEN_IMPORT)
    done = run("start", app, "--port", "0", "--service-port", "0", env={"CI": "1"})
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: function_app.py cannot be imported")


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("examples/chta", "there is no folder 'examples/chta'. Did you mean 'examples/chat'?"),
        ("nowhere/at/all", "there is no folder 'nowhere/at/all'"),
        ("examples/chat/function_app.py", "is a file; name the folder it is in: examples/chat"),
        ("docs", "'docs' holds no function app"),
    ],
)
def test_a_wrong_folder_is_one_line(argument: str, reason: str) -> None:
    """It says what was looked for."""
    done = call("start", argument)
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("host.json", '{"version": "1.0"}', 'must be "2.0"'),
        ("host.json", "{", "host.json"),
        ("local.settings.json", '{"IsEncrypted": true, "Values": {"A": "x"}}', "is encrypted"),
        (
            "local.settings.json",
            '{"IsEncrypted": false, "Values": {"WebPubSubConnectionString": "Endpoint"}}',
            "WebPubSubConnectionString",
        ),
    ],
)
def test_a_wrong_setting_is_one_line(echo: Path, name: str, text: str, reason: str) -> None:
    """It names the file or the setting."""
    (echo / name).write_text(text, encoding="utf-8")
    done = call("start", echo, "--port", "0", "--service-port", "0")
    assert done.returncode == 1
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("option", ["--port", "--service-port"])
def test_a_busy_port_is_one_line(echo: Path, option: str) -> None:
    """It names the port; nothing stays behind."""
    other = "--service-port" if option == "--port" else "--port"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run("start", echo, option, port, other, "0")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert port in done.stderr
    assert done.stderr.count("\n") == 1
