"""Parameters and annotations of whole apps: taken alike, or refused alike. Specification:
functions-python sections 3.1 to 3.4.

The annotations by themselves, on every kind of binding, are in tests/host/python.
"""

import pytest

from tests.parity.conftest import WriteBoth

pytestmark = pytest.mark.conformance

HEADER = """
import azure.functions as func
from functools import partial
from typing import Any, Dict, List, Optional, Union

app = func.FunctionApp()
trigger = app.generic_trigger(
    arg_name="request", type="webPubSubTrigger", hub="h", eventType="user", eventName="m"
)
output = app.generic_output_binding(arg_name="out", type="webPubSub", hub="h")
returned = app.generic_output_binding(arg_name="$return", type="webPubSub", hub="h")
http = app.route("x", trigger_arg_name="request")

class Context: ...
class Text(str): ...
"""
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
    ("http", "def f(request) -> dict: pass"),
    ("http", "def f(request) -> Union[str, func.HttpResponse]: pass"),
    ("http", "def f(request: str) -> bytes: pass"),
]
#: What cannot be decorated where it is defined.
CALLED = [
    "class Callable:\n    def __call__(self, request): pass\ntrigger(Callable())",
    "def f(request, x): pass\ntrigger(partial(f, x=1))",
    'app.generic_input_binding(arg_name="$return", type="webPubSub")(trigger(lambda request: 1))',
]


def source(decorators: str, function: str) -> str:
    """The app with this function."""
    lines = (f"@{name}\n" for name in decorators.split())
    return HEADER + "".join(lines) + function


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


@pytest.mark.parametrize("made", CALLED, ids=range(len(CALLED)))
async def test_what_is_no_plain_function(made: str, both_of: WriteBoth) -> None:
    """Refused by both."""
    ours, theirs = await both_of({"function_app.py": HEADER + made}).index()
    assert isinstance(theirs, str)
    assert isinstance(ours, str), ours


async def test_annotations_of_the_future(both_of: WriteBoth) -> None:
    """They are text that is resolved."""
    text = source("trigger output", "def f(request: str, out: func.Out[str]) -> None: pass")
    both = both_of({"function_app.py": f"from __future__ import annotations\n{text}"})
    ours, theirs = await both.index()
    assert ours == theirs
    assert "f" in theirs
