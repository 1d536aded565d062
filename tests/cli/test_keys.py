"""``webpubsub keys``, and an app that asks for them.

Specification: functions-python section 5.3.
"""

from pathlib import Path

import aiohttp
import pytest
from typer.testing import CliRunner

from tests.cli.apps import write_app
from tests.cli.processes import StartedApp
from webpubsub.cli.commands import app

#: One function for those who have a key.
GUARDED = """
import azure.functions as func

app = func.FunctionApp()

@app.route("guarded")
def guarded(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("for friends")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app, and a place of its own for what outlives it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return write_app(tmp_path / "app", GUARDED)


def keys(*arguments: str | Path, code: int = 0) -> str:
    """What the command says."""
    done = CliRunner().invoke(app, ["keys", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done.output


def listed(folder: Path) -> dict[tuple[str, str], str]:
    """Every key by whose it is and its name."""
    rows = (line.split("\t") for line in keys("list", folder).splitlines())
    return {(whose, name): value for whose, name, value in rows}


def test_keys_are_made_when_somebody_first_asks(folder: Path) -> None:
    """And are the same from then on."""
    first = listed(folder)
    assert list(first) == [("master", "master"), ("host", "default")]
    assert listed(folder) == first


@pytest.mark.parametrize(
    ("options", "whose"),
    [
        ((), "host"),
        (("--function", "guarded"), "function guarded"),
        (("--system",), "system"),
    ],
)
def test_keys_are_created_and_deleted(folder: Path, options: tuple[str, ...], whose: str) -> None:
    """The value is all that is printed, and can go into a variable."""
    value = keys("create", "partner", folder, *options).strip()
    assert listed(folder)[whose, "partner"] == value
    chosen = "a-value-that-somebody-chose"
    assert keys("create", "partner", folder, *options, "--value", chosen).strip() == chosen
    assert listed(folder)[whose, "partner"] == chosen
    assert keys("delete", "partner", folder, *options) == ""
    assert (whose, "partner") not in listed(folder)


def test_the_master_key_is_replaced(folder: Path) -> None:
    """By either of its names."""
    before = listed(folder)
    value = keys("create", "master", folder).strip()
    assert value != before["master", "master"]
    assert listed(folder) == before | {("master", "master"): value}
    assert keys("create", "_master", folder).strip() != value


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("delete", "master"), "the master key cannot be deleted"),
        (("delete", "nobody"), "there is no such key 'nobody'"),
        (("create", "a/b"), "'a/b' cannot be the name of a key"),
        (("create", "a", "--value", "short"), "must be 16 to 1024 printable"),
        (("create", "a", "--function", "../f"), "not a valid function name"),
        (("create", "a", "--function", "f", "--system"), "leave out --function or --system"),
    ],
)
def test_a_mistake_is_one_line(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    """And changes nothing."""
    before = listed(folder)
    command, name, *options = arguments
    text = keys(command, name, folder, *options, code=1)
    assert message in text
    assert text.count("\n") == 1
    assert listed(folder) == before


def test_a_folder_without_an_app_has_no_keys(tmp_path: Path) -> None:
    """The command says what it expected."""
    assert "holds no function app" in keys("list", tmp_path, code=1)


def test_help_teaches_by_example() -> None:
    """Every command of keys shows at least two ways to call it."""
    for command in ("list", "create", "delete"):
        assert keys(command, "--help").count(f"webpubsub keys {command}") >= 2


async def test_an_app_that_asks_for_keys_takes_those_of_the_command(folder: Path) -> None:
    """From its first start on, and changes at once; what it prints holds no key."""
    with StartedApp(folder, options=("--enableAuth",)) as started:
        text = started.wait_until_ready()
        assert "Requests need keys; 'webpubsub keys list' shows them." in text
        before = listed(folder)
        assert before["function guarded", "default"]
        async with aiohttp.ClientSession() as session:

            async def status(key: str | None) -> int:
                headers = {} if key is None else {"x-functions-key": key}
                async with session.get(f"{started.url}/guarded", headers=headers) as answer:
                    return answer.status

            assert await status(None) == 401
            assert await status("x" * 56) == 401
            for (whose, _), key in before.items():
                assert await status(key) == (401 if whose == "system" else 200)
            partner = keys("create", "partner", folder, "--function", "guarded").strip()
            assert await status(partner) == 200
            keys("delete", "partner", folder, "--function", "guarded")
            assert await status(partner) == 401
        started.interrupt()
    assert "function.key.missing: checked" in started.output
    assert "function.key.unknown: checked" in started.output
    assert not any(value in started.output for value in (*before.values(), partner))


async def test_an_app_is_open_unless_it_is_told_to_ask(folder: Path) -> None:
    """As with the local tools."""
    with StartedApp(folder) as started:
        started.wait_until_ready()
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{started.url}/guarded") as answer,
        ):
            assert answer.status == 200
