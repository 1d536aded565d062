"""Apps of folders with a function.json: each function is loaded alike, or refused alike.
Specification: functions-python section 2.3."""

import json
from typing import Any

import pytest

from tests.lazy_annotations import LAZY
from tests.parity.both import Both, Input
from tests.parity.conftest import V1, WriteBoth
from tests.parity.values import CLASSES, VALUES, WRONG
from webpubsub.host.values import HttpRequestData, JsonText, Value

pytestmark = pytest.mark.conformance

TRIGGER = {"type": "webPubSubTrigger", "direction": "in", "name": "request", "hub": "h"}
OUTPUT = {"type": "webPubSub", "direction": "out", "name": "out", "hub": "h"}
HTTP = {"type": "httpTrigger", "direction": "in", "name": "req"}
ANSWER = {"type": "http", "direction": "out", "name": "$return"}
TIMER = {"type": "timerTrigger", "direction": "in", "name": "timer", "schedule": "0 * * * * *"}
REQUEST = HttpRequestData(
    method="GET", url="http://h/", headers={}, query={}, route_params={}, body=b""
)


def function_json(*bindings: dict[str, Any], **members: Any) -> str:
    """The text of a function.json."""
    return json.dumps({"bindings": bindings or [TRIGGER], **members})


SHARED = {"shared/__init__.py": "", "shared/words.py": "WORD = 'shared'\n"}
#: Files of the function ``f``, what it is called with, and what it answers.
GOOD: dict[str, tuple[dict[str, str], Input, Any]] = {
    "plain": (
        {"f/function.json": function_json(), "f/__init__.py": "def main(request): return request"},
        ("request", "r"),
        ("string", "r"),
    ),
    "the name of its module": (
        {"f/function.json": function_json(), "f/__init__.py": "def main(request): return __name__"},
        ("request", "r"),
        ("string", "__app__.f"),
    ),
    "a script and an entry of its own": (
        {
            "f/function.json": function_json(scriptFile="code.py", entryPoint="begin"),
            "f/code.py": "async def begin(request): return {'a': request}",
        },
        ("request", "r"),
        ("json", {"a": "r"}),
    ),
    "a script elsewhere": (
        {
            "f/function.json": function_json(scriptFile="../one.py"),
            "one.py": "def main(request): return __name__",
        },
        ("request", "r"),
        ("string", "__app__.one"),
    ),
    "a relative import": (
        {
            "f/function.json": function_json(),
            "f/__init__.py": "from . import helper\ndef main(request): return helper.WORD",
            "f/helper.py": "WORD = __name__",
        },
        ("request", "r"),
        ("string", "__app__.f.helper"),
    ),
    "imports from the root": (
        {
            "f/function.json": function_json(),
            "f/__init__.py": "from __app__.shared.words import WORD\nfrom ..shared import words\n"
            "def main(request): return WORD + words.__name__",
            **SHARED,
        },
        ("request", "r"),
        ("string", "shared__app__.shared.words"),
    ),
    "http": (
        {
            "f/function.json": function_json(HTTP, ANSWER),
            "f/__init__.py": "import azure.functions as func\n"
            "def main(req: func.HttpRequest) -> func.HttpResponse:\n"
            "    return func.HttpResponse(req.method, status_code=202)",
        },
        ("req", REQUEST),
        ("http", (202, b"GET", [("content-type", "text/plain; charset=utf-8")])),
    ),
    "a timer with an output": (
        {
            "f/function.json": function_json(TIMER, OUTPUT),
            "f/__init__.py": "import azure.functions as func\n"
            "def main(timer: func.TimerRequest, out: func.Out[str]) -> None:\n"
            "    out.set(str(timer.past_due))",
        },
        ("timer", JsonText('{"IsPastDue":true}')),
        None,
    ),
    "the folder of a function whose script is elsewhere": (
        {
            "f/function.json": function_json(scriptFile="../one.py"),
            "one.py": "def main(request, context): return context.function_directory[-2:]",
        },
        ("request", "r"),
        ("string", "/f"),
    ),
    "the folder of the function": (
        {
            "f/function.json": function_json(),
            "f/__init__.py": "def main(request, context):\n"
            "    trace, retry = context.trace_context, context.retry_context\n"
            "    folder = context.function_directory.rpartition('/')[2]\n"
            "    return [context.function_name, folder, trace.trace_state, retry.max_retry_count]",
        },
        ("request", "r"),
        ("json", ["f", "f", "a=b", 3]),
    ),
}
#: What is wrong with the function ``f``, and what ours says.
BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "no entry": ({"f/__init__.py": "def begin(request): pass"}, "no function 'main'"),
    "an entry that is none": ({"f/__init__.py": "main = 5"}, "no function 'main'"),
    "an annotation": ({"f/__init__.py": "def main(request: dict): pass"}, "annotated dict"),
    "an annotation that nobody defines": (
        {"f/__init__.py": f"{LAZY}def main(request: Nowhere): pass"},
        "'Nowhere' is not defined",
    ),
    "a parameter": ({"f/__init__.py": "def main(event): pass"}, "'event'"),
    "an import": ({"f/__init__.py": "import no_such_module"}, "No module named 'no_such_module'"),
    "an exception": ({"f/__init__.py": "1 / 0"}, "division by zero"),
    "an exit": ({"f/__init__.py": "raise SystemExit(3)"}, "SystemExit: 3"),
    "a mistake of Python": ({"f/__init__.py": "def main(:"}, "SyntaxError"),
    "a direction that Python has not": (
        {
            "f/function.json": function_json({**TRIGGER, "direction": "inout"}),
            "f/__init__.py": "def main(request): pass",
        },
        "direction inout",
    ),
    "an answer that comes in": (
        {
            "f/function.json": function_json(
                TRIGGER, {"type": "webPubSub", "direction": "in", "name": "$return"}
            ),
            "f/__init__.py": "def main(request): pass",
        },
        "must have direction out",
    ),
    "no Python": (
        {"f/function.json": function_json(scriptFile="main.txt"), "f/main.txt": "x"},
        "is not a Python file",
    ),
}
OTHER = {"g/function.json": function_json(), "g/__init__.py": "def main(request): return 'g'"}


async def answer_of(both: Both, name: str, *inputs: Input) -> Any:
    """What both answer."""
    ours, theirs = await both.invoke(name, inputs)
    assert theirs.error is None
    assert ours == theirs
    return theirs


@pytest.mark.parametrize(("files", "given", "expected"), GOOD.values(), ids=GOOD)
async def test_functions_that_run(
    files: dict[str, str], given: Input, expected: Any, both_of: WriteBoth
) -> None:
    """With the same result."""
    both = both_of(files, V1)
    assert await both.load() == {"f": (None, None)}
    answer = await answer_of(both, "f", given)
    assert answer.value == expected
    assert bool(answer.outputs) is (expected is None)


@pytest.mark.parametrize(("files", "text"), BROKEN.values(), ids=BROKEN)
async def test_functions_that_cannot_run(
    files: dict[str, str], text: str, both_of: WriteBoth
) -> None:
    """They harm no other."""
    both = both_of({"f/function.json": function_json(), **files, **OTHER}, V1)
    loaded = await both.load()
    assert loaded["f"].theirs is not None
    assert text in loaded["f"].ours
    assert loaded["g"] == (None, None)
    assert (await answer_of(both, "g", ("request", "r"))).value == ("string", "g")


RETURN = """
def main(request):
    return {value}
"""
SET = """
def main(request, out):
    out.set("first")
    out.set({value})
"""


def giving(value: str) -> dict[str, str]:
    """Functions that give a value as what is returned, with and without a binding for it, and as an
    output."""
    returned = {**OUTPUT, "name": "$return"}
    return {
        "implicit/function.json": function_json(),
        "implicit/__init__.py": CLASSES + RETURN.format(value=value),
        "explicit/function.json": function_json(TRIGGER, returned),
        "explicit/__init__.py": CLASSES + RETURN.format(value=value),
        "output/function.json": function_json(TRIGGER, OUTPUT),
        "output/__init__.py": CLASSES + SET.format(value=value),
    }


@pytest.mark.parametrize("value", VALUES)
async def test_what_functions_give(value: str, both_of: WriteBoth) -> None:
    """As functions with decorators do."""
    both = both_of(giving(value), V1)
    for name, pair in (await both.load()).items():
        assert pair == (None, None)
        ours, theirs = await both.invoke(name, [("request", "r")])
        assert theirs.error is None
        assert repr((ours.value, ours.outputs)) == repr((theirs.value, theirs.outputs)), name


@pytest.mark.parametrize("value", WRONG)
async def test_what_functions_cannot_give(value: str, both_of: WriteBoth) -> None:
    """The invocation fails, and nothing of it goes out."""
    both = both_of(giving(value), V1)
    for name in await both.load():
        ours, theirs = await both.invoke(name, [("request", "r")])
        assert theirs.error is not None
        assert ours.error is not None
        assert (ours.value, ours.outputs) == (None, {})


#: What arrives on the wire.
ARRIVALS: list[Value] = ["text", "", JsonText('{"a": [1]}'), JsonText("5"), b"\xff", b"", None]


@pytest.mark.parametrize("annotation", ["", ": str", ": bytes"])
async def test_what_functions_receive(annotation: str, both_of: WriteBoth) -> None:
    """By the kind on the wire alone, whatever the annotation says; inputs like triggers."""
    source = f"def main(request{annotation}, more{annotation}): return repr([request, more])"
    more = {"type": "webPubSubConnection", "direction": "in", "name": "more", "hub": "h"}
    both = both_of({"f/function.json": function_json(TRIGGER, more), "f/__init__.py": source}, V1)
    await both.load()
    for value in ARRIVALS:
        await answer_of(both, "f", ("request", value), ("more", value))
