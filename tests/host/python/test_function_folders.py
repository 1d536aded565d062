"""Finding the functions of an app with function.json folders.

Specification: functions-python sections 2.3 and 10.2.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import pytest

from tests.host.python.apps import TRIGGER_JSON, function_json, write
from webpubsub.host.python.app_modules import AppModules
from webpubsub.host.python.function_folders import index_folders, warn_of_ignored_folders
from webpubsub.host.python.indexing import IndexedFunction
from webpubsub.host.worker import FunctionLoadError

Index = Callable[[dict[str, str]], list[IndexedFunction]]
JSON = "fn/function.json"
MAIN = "def main(request): ..."


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """Indexes an app of these files."""
    modules = AppModules(tmp_path)

    def index_files(files: dict[str, str]) -> list[IndexedFunction]:
        write(tmp_path, files)
        modules.enter()
        return index_folders(modules)

    yield index_files
    modules.leave()


def test_metadata_is_what_the_file_says(tmp_path: Path, index: Index) -> None:
    """The folder gives the name; bindings are as they are written. Section 2.3."""
    (found,) = index({JSON: function_json(), "fn/__init__.py": MAIN, "other/x.py": ""})
    metadata = found.metadata
    assert (metadata.id, metadata.name) == (str(uuid5(NAMESPACE_OID, "fn")), "fn")
    assert (metadata.script_file, metadata.entry_point) == (
        str(tmp_path / "fn/__init__.py"),
        "main",
    )
    assert [binding.raw for binding in metadata.bindings] == [TRIGGER_JSON]
    assert not metadata.disabled
    loaded = found.load()
    assert (loaded.name, loaded.directory) == ("fn", str(tmp_path / "fn"))
    assert loaded.inputs["request"].binding_type == "webPubSubTrigger"


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), (False, False), ("true", False), (1, False)]
)
def test_a_function_can_be_disabled(index: Index, value: object, expected: bool) -> None:
    """In its file, by true itself. Section 2.3."""
    (found,) = index({JSON: function_json(disabled=value), "fn/__init__.py": MAIN})
    assert found.metadata.disabled is expected


def test_a_policy_for_retries_is_passed_on(index: Index) -> None:
    """As it is written. Section 10.2."""
    policy = {"strategy": "fixedDelay", "maxRetryCount": 2, "delayInterval": "00:00:01"}
    (found,) = index({JSON: function_json(Retry=policy), "fn/__init__.py": MAIN})
    assert found.metadata.retry == policy


@pytest.mark.parametrize(
    ("files", "members", "expected"),
    [
        (["__init__.py", "other.py"], {}, "fn/__init__.py"),
        (["only.py"], {}, "fn/only.py"),
        (["only.py", "data/other.py"], {}, "fn/only.py"),
        (["run.py", "__init__.py"], {}, "fn/run.py"),
        (["Run.py", "__init__.py"], {}, "fn/Run.py"),
        (["__INIT__.py", "a.py"], {}, "fn/__INIT__.py"),
        (["__init__.py", "a.py"], {"scriptFile": "a.py"}, "fn/a.py"),
        (["../common/b.py"], {"scriptFile": "../common/b.py"}, "common/b.py"),
        (["__init__.py", "a.py"], {"ScriptFile": "a.py"}, "fn/a.py"),
    ],
)
def test_which_file_holds_the_function(
    tmp_path: Path, index: Index, files: list[str], members: dict[str, str], expected: str
) -> None:
    """The one named, else the only one, else run, else __init__. Section 2.3."""
    contents = {f"fn/{name}": MAIN for name in files}
    (found,) = index({JSON: function_json(**members), **contents})
    assert found.metadata.script_file == str(tmp_path / expected)
    assert found.load().call.__name__ == "main"


def test_only_folders_of_the_root_are_functions(index: Index) -> None:
    """One that is further down belongs to something else. Section 2.3."""
    files = {JSON: function_json(), "fn/__init__.py": MAIN, "lib/deep/function.json": "{"}
    assert [found.metadata.name for found in index(files)] == ["fn"]


def test_the_directory_and_the_module_of_a_function(tmp_path: Path, index: Index) -> None:
    """The directory is its folder, wherever the file is; the module is named after the file, and a
    package is its own module. Section 2.3."""
    files = {
        "own/function.json": function_json(),
        "own/__init__.py": MAIN,
        "shared/function.json": function_json(scriptFile="../common/b.py"),
        "common/b.py": MAIN,
    }
    own, shared = (found.load() for found in index(files))
    assert (own.directory, own.call.__module__) == (str(tmp_path / "own"), "__app__.own")
    assert shared.directory == str(tmp_path / "shared")
    assert shared.call.__module__ == "__app__.common.b"


def test_the_entry_point_can_be_named(index: Index) -> None:
    """Another function than main."""
    source = "def handle(request): ...\n"
    (found,) = index({JSON: function_json(entryPoint="handle"), "fn/__init__.py": source})
    assert found.load().call.__name__ == "handle"


WRONG_JSON = "function.json"


@pytest.mark.parametrize(
    ("text", "source", "named"),
    [
        ("{", MAIN, "line 1"),
        ("[]", MAIN, WRONG_JSON),
        ("{}", MAIN, "bindings must be an array"),
        ('{"bindings": [1]}', MAIN, "bindings must be an array"),
        (function_json({"type": "httpTrigger"}), MAIN, "binding 1 has no 'name' that is a string"),
        (function_json(TRIGGER_JSON, {"name": 5}), MAIN, "binding 2 has no 'name'"),
        (function_json(scriptFile="gone.py"), MAIN, "gone.py does not exist"),
        (function_json(scriptFile="function.json"), MAIN, "is not a Python file"),
        (function_json(scriptFile="../../outside.py"), MAIN, "outside.py"),
        (function_json(entryPoint="maine"), MAIN, "Did you mean 'main'?"),
        (function_json(entryPoint=["main"]), MAIN, "entryPoint is ['main'], and must be a name"),
        (function_json(scriptFile=5), MAIN, "scriptFile is 5, and must be a name"),
        (function_json(scriptFile="a\0b"), MAIN, "scriptFile is 'a\\x00b', and must be"),
        ('{"a":' * 200_000, MAIN, "nests too deeply"),
        (function_json(), "main = 1", "has no function 'main'"),
        (function_json(), "import no_such_module_at_all", "ModuleNotFoundError"),
        (function_json(), "raise SystemExit(1)", "SystemExit"),
        (function_json(), "def main(request: dict): ...", "'request'"),
        (function_json(), "def main(other): ...", "'other'"),
        (function_json({**TRIGGER_JSON, "direction": "inout"}), MAIN, "inout"),
    ],
)
def test_a_wrong_function_harms_no_other(
    tmp_path: Path, index: Index, text: str, source: str, named: str
) -> None:
    """It is found and fails to load, and the other one loads. Sections 1 and 2.3."""
    (tmp_path.parent / "outside.py").write_text(MAIN)
    found = index(
        {
            JSON: text,
            "fn/__init__.py": source,
            "good/function.json": function_json(),
            "good/__init__.py": MAIN,
        }
    )
    wrong, good = found
    assert good.load().name == "good"
    assert wrong.metadata.name == "fn"
    with pytest.raises(FunctionLoadError) as raised:
        wrong.load()
    assert named in str(raised.value)


def test_a_failing_import_shows_the_users_line(index: Index) -> None:
    """And nothing of ours."""
    (found,) = index({JSON: function_json(), "fn/__init__.py": "import json\n1 / 0\n"})
    with pytest.raises(FunctionLoadError) as raised:
        found.load()
    assert '__init__.py", line 2' in str(raised.value)
    assert "webpubsub/host" not in str(raised.value)


def test_a_missing_default_file_is_named(index: Index) -> None:
    """A folder with its function.json alone."""
    (found,) = index({JSON: function_json()})
    with pytest.raises(FunctionLoadError, match=r"__init__\.py does not exist"):
        found.load()


def test_registered_types_convert_here_too(index: Index) -> None:
    """A parameter of an HTTP function is an HTTP request."""
    http = [
        {"type": "httpTrigger", "direction": "in", "name": "req"},
        {"type": "http", "direction": "out", "name": "$return"},
    ]
    source = (
        "import azure.functions as func\ndef main(req: func.HttpRequest) -> func.HttpResponse: ..."
    )
    (found,) = index({JSON: function_json(*http), "fn/__init__.py": source})
    loaded = found.load()
    assert loaded.inputs["req"].binding_type == "httpTrigger"
    assert loaded.answer is not None
    assert loaded.answer.binding_type == "http"


def test_functions_that_a_script_hides(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """They are named; an app without them is told nothing. Section 2.1."""
    warn_of_ignored_folders(tmp_path, "function_app.py")
    assert not caplog.records
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "function.json").touch()
    warn_of_ignored_folders(tmp_path, "function_app.py")
    assert "ignored: a, b" in caplog.text
