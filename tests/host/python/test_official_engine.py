"""Our judgement of signatures beside that of the official engine, which needs Python 3.13."""

import importlib
from types import SimpleNamespace
from typing import (  # noqa: UP035 - users write these
    Any,
    Callable,
    Dict,
    Generic,
    List,
    Literal,
    Optional,
    Tuple,
    TypeVar,
    Union,
)

import azure.functions as func
import pytest

from webpubsub.host.python.indexing import _bound
from webpubsub.host.python.signatures import SignatureError, check_signature

functions = importlib.import_module("azure_functions_runtime.functions")
importlib.import_module("azure_functions_runtime.bindings.meta").load_binding_registry()
pytestmark = pytest.mark.conformance

T = TypeVar("T")
PROTOS = SimpleNamespace(BindingInfo=SimpleNamespace(**{"in": 0, "out": 1, "inout": 2}))


class Context:
    """Any class of that name passes as a context."""


class Text(str):
    """A str of the user's own."""

    __slots__ = ()


class Box(Generic[T]):
    """A generic class of the user's own."""


ABSENT = object()
ANNOTATIONS: list[Any] = [
    *(ABSENT, None, str, bytes, bytearray, dict, list, object, int, Text, Context, Any),
    *(Optional[str], str | None, Union[str, bytes], Literal["a"], "str", "NoSuchName"),  # noqa: UP007, UP045
    *(list[str], Dict[str, str], List[str], Tuple[str], Callable[[], str], Box, Box[str]),  # noqa: UP006
    *(func.Out, func.Out[str], func.Out[bytes], func.Out[Any], func.Out[dict]),  # type: ignore[type-arg]
    *(func.Out[List[str]], func.Out[list[str]], func.Out[Optional[str]]),  # noqa: UP006, UP045
    *(func.HttpRequest, func.HttpResponse, func.TimerRequest, func.QueueMessage),
]


def function(annotation: Any, of: str, *names: str) -> Any:
    """A function with these parameters, of which one, or what it returns, is annotated."""
    made = eval(f"lambda {', '.join(names)}: None")
    made.__annotations__ = {} if annotation is ABSENT else {of: annotation}
    return made


def indexed(made: Any, trigger: str, *bindings: tuple[str, str, str]) -> Any:
    """The function in an app, with a trigger called ``r`` and these bindings."""
    app: Any = func.FunctionApp()
    builder = app.generic_trigger(arg_name="r", type=trigger)(made)
    for direction, name, binding_type in bindings:
        add = app.generic_input_binding if direction == "in" else app.generic_output_binding
        builder = add(arg_name=name, type=binding_type)(builder)
    return app.get_functions()[0]


def refusals(item: Any) -> tuple[bool, bool]:
    """Whether we refuse a function, and whether the official engine does."""
    try:
        check_signature(item.get_user_function(), "fn", _bound(item.get_bindings()))
        ours = False
    except SignatureError:
        ours = True
    try:
        functions.Registry().add_indexed_function(function=item, protos=PROTOS)
    except Exception:
        return ours, True
    return ours, False


@pytest.mark.parametrize("annotation", ANNOTATIONS, ids=range(len(ANNOTATIONS)))
def test_annotations_are_judged_alike(annotation: Any) -> None:
    """On triggers, inputs, outputs, answers and the context, registered types or not."""
    generic = "webPubSubTrigger"
    items = {
        **{
            ("trigger", kind): indexed(function(annotation, "r", "r"), kind)
            for kind in (generic, "timerTrigger", "httpTrigger", "queueTrigger", "blobTrigger")
        },
        **{
            (direction, kind): indexed(
                function(annotation, "x", "r", "x"), generic, (direction, "x", kind)
            )
            for direction in ("in", "out")
            for kind in ("webPubSub", "queue", "blob")
        },
        **{
            ("return", kind): indexed(
                function(annotation, "return", "r"), generic, ("out", "$return", kind)
            )
            for kind in ("webPubSub", "http", "queue")
        },
        ("implicit", ""): indexed(function(annotation, "return", "r"), generic),
        ("context", ""): indexed(function(annotation, "context", "r", "context"), generic),
    }
    judged = {where: refusals(item) for where, item in items.items()}
    assert {where: both for where, both in judged.items() if both[0] != both[1]} == {}
