"""Parameters and annotations of whole apps: taken alike, or refused alike. Specification:
functions-python sections 3.1 to 3.4.

The annotations by themselves, on every kind of binding, are in tests/host/python.
"""

import json

import pytest

from tests.lazy_annotations import LAZY
from tests.parity.conftest import V1, WriteBoth

pytestmark = pytest.mark.conformance

HEADER = """
import azure.functions as func
from azure.functions.decorators.core import BindingDirection
from functools import partial
from typing import Any, Callable, Dict, List, Optional, Tuple, Union

app = func.FunctionApp()
trigger = app.generic_trigger(
    arg_name="request", type="webPubSubTrigger", hub="h", eventType="user", eventName="m"
)
activity = app.generic_trigger(arg_name="request", type="activityTrigger")
output = app.generic_output_binding(arg_name="out", type="webPubSub", hub="h")
returned = app.generic_output_binding(arg_name="$return", type="webPubSub", hub="h")
anything = app.generic_output_binding(arg_name="$return", type="activityTrigger")
http = app.route("x", trigger_arg_name="request")

"""
CLASSES = """
class Context: ...
class OtherContext: ...
class Text(str): ...
"""
#: What each of these decorators says, in a function.json.
TRIGGER = {"type": "webPubSubTrigger", "direction": "in", "name": "request", "hub": "h"}
BINDINGS: dict[str, list[dict[str, str]]] = {
    "trigger": [TRIGGER],
    "activity": [{"type": "activityTrigger", "direction": "in", "name": "request"}],
    "output": [{"type": "webPubSub", "direction": "out", "name": "out"}],
    "returned": [{"type": "webPubSub", "direction": "out", "name": "$return"}],
    "anything": [{"type": "activityTrigger", "direction": "out", "name": "$return"}],
    "http": [
        {"type": "httpTrigger", "direction": "in", "name": "request"},
        {"type": "http", "direction": "out", "name": "$return"},
    ],
}
#: What follows the decorators: a function, and the decorators it has.
GOOD = [
    ("trigger", "def f(request): pass"),
    ("trigger", "async def f(request): pass"),
    ("trigger", "def f(*, request): pass"),
    ("trigger", "def f(request=None): pass"),
    ("trigger", "def f(request: Text): pass"),
    ("trigger", "def f(request: 'str'): pass"),
    ("trigger", "def f(request, context): pass"),
    ("trigger", "def f(request, context: func.Context): pass"),
    ("trigger", "def f(request, context: Context): pass"),
    ("trigger", "def f(context, request): pass"),
    ("trigger", "def f(request) -> Optional[dict]: pass"),
    ("trigger", "def f(request) -> Union[dict, str]: pass"),
    ("trigger", "def f(request): yield 1"),
    ("trigger", "async def f(request): yield 1"),
    ("trigger", "class f:\n    def __init__(self, request): pass"),
    ("trigger output", "def f(out, request): pass"),
    ("trigger output", "def f(request: bytes, out: func.Out[bytes]): pass"),
    ("trigger output", "def f(request, out: 'func.Out[str]'): pass"),
    ("trigger returned", "def f(request) -> str: pass"),
    ("trigger returned", "def f(request) -> bytearray: pass"),
    ("activity", "def f(request: dict): pass"),
    ("activity", "def f(request: List[str]): pass"),
    ("trigger anything", "def f(request) -> dict: pass"),
    ("http", "def f(request: func.HttpRequest) -> func.HttpResponse: pass"),
    ("http", "def f(request) -> str: pass"),
]
BROKEN = [
    ("trigger", "def f(): pass"),
    ("trigger", "def f(request, x=1): pass"),
    ("trigger", "def f(request, *args): pass"),
    ("trigger", "def f(request, **kwargs): pass"),
    ("trigger", "def f(event): pass"),
    ("trigger", "def f(request, context: str): pass"),
    ("trigger", "def f(request, context: OtherContext): pass"),
    ("trigger", "def f(request: dict): pass"),
    ("trigger", "def f(request: Any): pass"),
    ("trigger", "def f(request: Optional[str]): pass"),
    ("trigger", "def f(request: 'str | None'): pass"),
    ("trigger", "def f(request: Dict[str, str]): pass"),
    ("trigger", "def f(request: 'NoSuchName'): pass"),
    ("trigger", "def f(request: func.Out[str]): pass"),
    ("trigger output", "def f(request): pass"),
    ("trigger output", "def f(request, out: str): pass"),
    ("trigger output", "def f(request, out: func.Out): pass"),
    ("trigger output", "def f(request, out: func.Out[dict]): pass"),
    ("trigger output", "def f(request, out: func.Out[List[str]]): pass"),
    ("trigger returned", "def f(request) -> dict: pass"),
    ("trigger returned", "def f(request) -> Optional[str]: pass"),
    ("trigger returned", "def f(request) -> func.Out[str]: pass"),
    ("trigger returned", "def f(request, out): pass"),
    ("activity", "def f(request: Optional[str]): pass"),
    ("activity", "def f(request: 'str | None'): pass"),
    ("activity", "def f(request: Tuple[str]): pass"),
    ("activity", "def f(request: list[str]): pass"),
    ("activity", "def f(request: Callable[[], str]): pass"),
    ("trigger anything", "def f(request) -> Optional[str]: pass"),
    ("trigger anything", "def f(request) -> func.Out[str]: pass"),
    ("http", "def f(request) -> dict: pass"),
    ("http", "def f(request) -> Union[str, func.HttpResponse]: pass"),
    ("http", "def f(request: str) -> bytes: pass"),
]
#: What cannot be decorated where it is defined.
CALLED = [
    "class Callable:\n    def __call__(self, request): pass\ntrigger(Callable())",
    "def f(request, x): pass\ntrigger(partial(f, x=1))",
    "trigger(lambda request: 1)._function._bindings[0]._direction = BindingDirection.INOUT",
    'app.generic_input_binding(arg_name="$return", type="webPubSub")(trigger(lambda request: 1))',
]


def source(decorators: str, function: str) -> str:
    """The app with this function."""
    lines = (f"@{name}\n" for name in decorators.split())
    return HEADER + CLASSES + "".join(lines) + function


def folder(decorators: str, function: str) -> dict[str, str]:
    """The folder of this function, with the bindings that the decorators say, in their order."""
    names = reversed(decorators.split())
    bindings = [binding for name in names for binding in BINDINGS[name]]
    imports = HEADER.partition("app = ")[0]
    return {
        "f/function.json": json.dumps({"bindings": bindings, "entryPoint": "f"}),
        "f/__init__.py": imports + CLASSES + function,
    }


@pytest.mark.parametrize(("decorators", "function"), GOOD, ids=range(len(GOOD)))
async def test_what_both_take(decorators: str, function: str, both_of: WriteBoth) -> None:
    """With the same description."""
    both = both_of({"function_app.py": source(decorators, function)})
    ours, theirs = await both.index()
    assert "f" in theirs
    assert ours == theirs


@pytest.mark.parametrize(("decorators", "function"), BROKEN, ids=range(len(BROKEN)))
async def test_what_both_refuse(decorators: str, function: str, both_of: WriteBoth) -> None:
    """As a whole app; ours names the function."""
    both = both_of({"function_app.py": source(decorators, function)})
    ours, theirs = await both.index()
    assert isinstance(theirs, str)
    assert isinstance(ours, str), ours
    assert "'f'" in ours


@pytest.mark.parametrize(("decorators", "function"), GOOD, ids=range(len(GOOD)))
async def test_what_both_take_in_folders(
    decorators: str, function: str, both_of: WriteBoth
) -> None:
    """The same functions."""
    both = both_of(folder(decorators, function), V1)
    assert await both.load() == {"f": (None, None)}


@pytest.mark.parametrize(("decorators", "function"), BROKEN, ids=range(len(BROKEN)))
async def test_what_both_refuse_in_folders(
    decorators: str, function: str, both_of: WriteBoth
) -> None:
    """That function; ours names it."""
    ours, theirs = (await both_of(folder(decorators, function), V1).load())["f"]
    assert isinstance(theirs, str)
    assert isinstance(ours, str), ours
    assert "'f'" in ours


@pytest.mark.parametrize("made", CALLED, ids=range(len(CALLED)))
async def test_what_is_no_plain_function(made: str, both_of: WriteBoth) -> None:
    """Refused by both."""
    ours, theirs = await both_of({"function_app.py": HEADER + CLASSES + made}).index()
    assert isinstance(theirs, str)
    assert isinstance(ours, str), ours


REPLACING = """
def replacing(function):
    function.__annotations__ = {"request": str}
    return function

"""
#: Lines above the app, and a function whose annotations need them or what comes below it.
LATE = {
    "of the future": (
        "from __future__ import annotations",
        "def f(request: str, out: func.Out[str]) -> None: pass",
    ),
    "of what comes below": (
        LAZY,
        "def f(request: Below, out: func.Out[Below]) -> Below: pass\nclass Below(str): ...",
    ),
    "of a wrapper": (
        "import functools\ndef f(request, out): pass",
        "@functools.wraps(f)\ndef wrapper(*args, **kwargs): pass",
    ),
    "that a wrapper replaces": (
        f"{LAZY}import functools\n{REPLACING}def f(request: dict, out: dict) -> dict: pass",
        "@replacing\n@functools.wraps(f)\ndef wrapper(*args, **kwargs): pass",
    ),
}


@pytest.mark.parametrize(("above", "function"), LATE.values(), ids=LATE)
async def test_annotations_that_are_made_late(
    above: str, function: str, both_of: WriteBoth
) -> None:
    """They are asked for when the app is there; what wraps another function has its parameters,
    and annotations of its own."""
    both = both_of({"function_app.py": f"{above}\n{source('trigger output', function)}"})
    ours, theirs = await both.index()
    assert ours == theirs
    assert "f" in theirs


async def test_annotations_that_a_wrapper_keeps(both_of: WriteBoth) -> None:
    """They count, as those of what it wraps."""
    above = f"{LAZY}import functools\ndef f(request: dict): pass\n"
    wrapper = source("trigger", "@functools.wraps(f)\ndef wrapper(*args, **kwargs): pass")
    ours, theirs = await both_of({"function_app.py": above + wrapper}).index()
    assert isinstance(theirs, str)
    assert "'f'" in ours
