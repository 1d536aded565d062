"""Which functions an app has.

Specification: functions-python section 22, checks 1 to 7.
And functions-python sections 1, 2.1, 2.2, 2.3 and 3.5.
"""

from pathlib import Path

import pytest

from tests.acceptance.serving import (
    HEAD,
    HTTP_IN,
    HTTP_OUT,
    function_json,
    refusal,
    script,
    served,
    values,
    written,
)

PING = """
@app.route("ping")
def ping(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("pong")
"""
V1 = {
    "old/__init__.py": "def main(req):\n    return 'old'\n",
    "old/function.json": function_json(HTTP_IN, HTTP_OUT),
}


async def test_check_1_the_object_of_an_app(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """functions-python section 22, check 1."""
    named = (HEAD + PING).replace("app", "whatever_its_name")
    async with served(written(tmp_path / "named", {"function_app.py": named})) as app:
        assert await app.ask("/api/ping") == (200, "pong")
    async with served(script(tmp_path / "empty", "")) as app:
        assert app.errors == {}
        assert "No job functions found" in caplog.text
    twice = await refusal(script(tmp_path / "twice", PING + "other = app\n"))
    assert "more than one function app: app, other" in twice
    none = await refusal(written(tmp_path / "none", {"function_app.py": "x = 1\n"}))
    assert "function_app.py has no function app" in none


async def test_check_2_an_annotation_that_does_not_fit(tmp_path: Path) -> None:
    """functions-python section 22, check 2."""
    trigger = {"type": "webPubSubTrigger", "hub": "h", "eventType": "user", "eventName": "m"}
    source = f"""
@app.generic_trigger(arg_name="request", **{trigger})
def misfit(request: dict):
    pass
"""
    assert "'misfit'" in await refusal(script(tmp_path / "v2", PING + source))
    folders = V1 | {
        "misfit/__init__.py": "def main(request: dict):\n    pass\n",
        "misfit/function.json": function_json({**trigger, "name": "request", "direction": "in"}),
    }
    async with served(written(tmp_path / "v1", folders)) as app:
        assert await app.ask("/api/old") == (200, "old")
        assert app.errors["old"] is None
        assert "dict" in (app.errors["misfit"] or "")


async def test_check_3_the_script(tmp_path: Path) -> None:
    """functions-python section 22, check 3."""
    files = {"main_app.py": HEAD + PING, **V1}
    chosen = {"local.settings.json": values(PYTHON_SCRIPT_FILE_NAME="main_app.py")}
    async with served(written(tmp_path / "chosen", files | chosen)) as app:
        assert await app.ask("/api/ping") == (200, "pong")
        assert app.errors == {"ping": None}


@pytest.mark.parametrize("name", ["main app.py", "../main_app.py", "main_app", "main_app.txt"])
async def test_check_3_a_name_that_is_no_script(tmp_path: Path, name: str) -> None:
    """functions-python section 22, check 3."""
    files = {"main_app.py": HEAD + PING}
    chosen = {"local.settings.json": values(PYTHON_SCRIPT_FILE_NAME=name)}
    assert "PYTHON_SCRIPT_FILE_NAME" in await refusal(written(tmp_path, files | chosen))


async def test_check_3_folders_without_a_script(tmp_path: Path) -> None:
    """functions-python section 22, check 3."""
    async with served(written(tmp_path, V1)) as app:
        assert await app.ask("/api/old") == (200, "old")


async def test_check_4_a_script_wins_over_folders(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """functions-python section 22, check 4."""
    async with served(written(tmp_path, V1 | {"function_app.py": HEAD + PING})) as app:
        assert app.errors == {"ping": None}
    (warning,) = [one for one in caplog.records if "function.json" in one.getMessage()]
    assert warning.levelname == "WARNING"


BLUEPRINT = """
print_ = func.Blueprint()

@print_.route("blue")
def blue(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("blue")

app.register_functions(print_)
"""


async def test_check_5_blueprints(tmp_path: Path) -> None:
    """functions-python section 22, check 5."""
    async with served(script(tmp_path / "once", PING + BLUEPRINT)) as app:
        assert app.errors == {"blue": None, "ping": None}
        assert await app.ask("/api/blue") == (200, "blue")
    twice = BLUEPRINT + "app.register_blueprint(print_)\n"
    assert "blue" in await refusal(script(tmp_path / "twice", twice))
    whole = "other = func.FunctionApp\napp.register_functions(other())\n"
    assert "TypeError" in await refusal(script(tmp_path / "whole", whole))


async def test_check_6_a_binding_type_that_nobody_knows(tmp_path: Path) -> None:
    """functions-python section 22, check 6."""
    source = """
@app.generic_trigger(arg_name="item", type="tubeTrigger", mail="m")
def tube(item: str) -> None:
    pass
"""
    async with served(script(tmp_path, PING + source)) as app:
        assert app.errors["ping"] is None
        assert "tubeTrigger" in (app.errors["tube"] or "")
        assert await app.ask("/api/ping") == (200, "pong")


async def test_check_7_functions_in_folders(tmp_path: Path) -> None:
    """functions-python section 22, check 7."""
    files = {
        "shared/__init__.py": "",
        "shared/words.py": "WORD = 'shared'\n",
        "one/__init__.py": (
            "from . import helper\nfrom __app__.shared.words import WORD\n"
            "def other(req):\n    return f'{WORD} {helper.WORD}'\n"
        ),
        "one/helper.py": "WORD = 'relative'\n",
        "one/function.json": function_json(HTTP_IN, HTTP_OUT, entryPoint="other"),
        "two/only.py": "from ..shared.words import WORD\ndef main(req):\n    return WORD\n",
        "two/function.json": function_json(HTTP_IN, HTTP_OUT),
        "three/run.py": "def main(req):\n    return 'run'\n",
        "three/other.py": "def main(req):\n    return 'other'\n",
        "three/function.json": function_json(HTTP_IN, HTTP_OUT),
        "four/__init__.py": "",
        "four/function.json": function_json(HTTP_IN, HTTP_OUT),
    }
    async with served(written(tmp_path, files)) as app:
        assert await app.ask("/api/one") == (200, "shared relative")
        assert await app.ask("/api/two") == (200, "shared")
        assert await app.ask("/api/three") == (200, "run")
        assert "main" in (app.errors["four"] or "")
