"""``webpubsub exec``: run as a user would."""

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.apps import ECHO, write_app
from tests.cli.processes import PATIENCE, ROOT, Command, environment, run, script

#: Prints whatever of the environment is about us.
SHOW = (
    "import json, os; "
    "print(json.dumps({k: v for k, v in os.environ.items() if k.lower().startswith("
    "('webpubsub', 'functions', 'azure'))}))"
)
#: Connects to an app as a browser would, and prints what comes back.
CLIENT = """
import asyncio, os, aiohttp

async def main():
    async with aiohttp.ClientSession() as session:
        async with session.get(os.environ["FUNCTIONS_URL"] + "/api/negotiate?user=a") as answer:
            url = await answer.text()
        async with session.ws_connect(url) as client:
            await client.send_str("hello")
            print(await client.receive_str(timeout=10))

asyncio.run(main())
"""
#: A web server of events that connects a client to the service by itself.
SERVER = """
import asyncio, os, sys, aiohttp
from aiohttp import web
from azure.messaging.webpubsubservice import WebPubSubServiceClient

seen, gone = [], asyncio.Event()

async def event(request):
    if request.method == "OPTIONS":
        return web.Response(headers={"WebHook-Allowed-Origin": "*"})
    seen.append(request.headers["ce-eventName"])
    if seen[-1] == "disconnected":
        gone.set()
    return web.Response()

async def main():
    application = web.Application()
    application.router.add_route("*", "/eventhandler", event)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(sys.argv[1])).start()
    assert sys.argv[1] == os.environ["PORT"]
    service = WebPubSubServiceClient.from_connection_string(
        os.environ["WebPubSubConnectionString"], hub="chat")
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(service.get_client_access_token()["url"]):
            pass
    await gone.wait()
    print(seen)
    await runner.cleanup()

asyncio.run(main())
"""
#: Counts Ctrl-C for a while, and ends in its own way.
COUNTER = """
import signal, sys, time
count = 0
def on_signal(*_):
    global count
    count += 1
signal.signal(signal.SIGINT, on_signal)
print("ready", flush=True)
deadline = time.monotonic() + 20
while not count and time.monotonic() < deadline:
    time.sleep(0.05)
time.sleep(0.7)
print("count", count, flush=True)
sys.exit(5)
"""
#: Runs its arguments in a terminal of their own, whose keyboard is the standard input.
TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


def test_a_command_with_a_service() -> None:
    """It finds it by its environment; nothing else is said."""
    done = run("exec", "--", sys.executable, "-c", SHOW)
    shown = json.loads(done.stdout)
    assert set(shown) == {"WebPubSubConnectionString", "WEBPUBSUB_ENDPOINT"}
    assert shown["WebPubSubConnectionString"].startswith(f"Endpoint={shown['WEBPUBSUB_ENDPOINT']};")
    assert done.stderr == ""
    assert done.returncode == 0


def test_a_command_with_an_app(tmp_path: Path) -> None:
    """The app answers it; what the app prints does not mix with what the command prints."""
    app = write_app(tmp_path / "app", ECHO)
    done = run("exec", app, "--", sys.executable, "-c", CLIENT)
    assert done.stdout == "hello\n"
    assert done.stderr == "handled hello\n"
    assert done.returncode == 0


@pytest.mark.parametrize("app", [True, False])
def test_a_dashboard_that_is_asked_for(tmp_path: Path, app: bool) -> None:
    """Its link is on the error stream, so that it does not mix with what the command prints, and
    the command knows it."""
    words = [write_app(tmp_path / "app", ECHO)] if app else []
    ask = shlex.join([script(), "explain", "--dashboard"])
    command = f'echo "$WEBPUBSUB_DASHBOARD"; {ask} "$WEBPUBSUB_DASHBOARD"'
    done = run("exec", *words, "--dashboard", "--", "sh", "-c", command)
    link, said = done.stdout.splitlines()
    assert said == "Nothing was refused lately."
    assert done.stderr == f"Dashboard: {link}\n"


def test_the_command_stays_in_its_folder(tmp_path: Path) -> None:
    """While the app is in its own."""
    write_app(tmp_path / "app", ECHO)
    (tmp_path / "script.py").write_text("print('found')", encoding="utf-8")
    done = run("exec", "app", "--", sys.executable, "script.py", cwd=tmp_path)
    assert done.stdout == "found\n", done.stderr


def test_settings_of_the_app_are_the_apps(tmp_path: Path) -> None:
    """A command is not given what local.settings.json has for functions."""
    app = write_app(tmp_path / "app", ECHO, FUNCTIONS_SPECIAL="x")
    done = run("exec", app, "--", sys.executable, "-c", SHOW)
    assert set(json.loads(done.stdout)) == {
        "WebPubSubConnectionString",
        "WEBPUBSUB_ENDPOINT",
        "FUNCTIONS_URL",
    }


def test_a_command_that_gets_the_events_itself() -> None:
    """It listens at the port that took the place of {port}."""
    handler = "chat=http://127.0.0.1:{port}/eventhandler"
    done = run("exec", "--event-handler", handler, "--", sys.executable, "-c", SERVER, "{port}")
    assert done.stdout == "['connect', 'connected', 'disconnected']\n", done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("words", "code"), [("exit 3", 3), ("kill -9 $$", 137), ("no-such-command-here", 127)]
)
def test_the_exit_code_is_that_of_the_command(words: str, code: int) -> None:
    """As a shell would give it on."""
    assert run("exec", "--", "sh", "-c", words).returncode == code


def test_a_signal_is_the_commands_business() -> None:
    """It gets it and decides; what is around it stops afterwards."""
    with Command("exec", "--", sys.executable, "-c", COUNTER) as running:
        running.wait_for("ready")
        running.send(signal.SIGINT)
        assert running.wait() == 5
        assert "count 1" in running.output


def test_ctrl_c_in_a_terminal_comes_once() -> None:
    """The terminal tells the command by itself."""
    words = [script(), "exec", "--", sys.executable, "-c", COUNTER]
    with subprocess.Popen(
        [sys.executable, "-c", TERMINAL, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
    ) as terminal:
        assert terminal.stdin is not None
        assert terminal.stdout is not None
        while b"ready" not in terminal.stdout.readline():
            pass
        terminal.stdin.write(b"\x03")
        terminal.stdin.flush()
        rest = terminal.stdout.read()
        assert b"count 1" in rest
        assert terminal.wait(PATIENCE) == 5


def test_a_broken_app_is_no_traceback_of_ours(tmp_path: Path) -> None:
    """The user's own traceback and one line; the command is not run."""
    app = write_app(tmp_path / "app", "import nowhere_at_all")
    done = run("exec", app, "--", "echo", "ran")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "nowhere_at_all" in done.stderr
    assert "webpubsub/cli" not in done.stderr


def test_without_a_folder_of_an_app_it_says_so() -> None:
    """Which is the mistake of those who leave out the dashes."""
    done = run("exec", *shlex.split("no-such-folder -- true"))
    assert done.returncode == 1
    assert "there is no folder 'no-such-folder'" in done.stderr
