"""Whether functions fit their bindings, as functions-python section 3 and 15.2 say."""

import functools
import typing
from collections.abc import Callable
from typing import Any, Dict, List, Optional  # noqa: UP035 - users write these

import azure.functions as func
import pytest

from tests.lazy_annotations import defined
from webpubsub.host.python.signatures import (
    BoundBinding,
    Conversion,
    LoadedFunction,
    SignatureError,
    check_signature,
)

Function = Callable[..., Any]


def bound(name: str, binding_type: str = "webPubSubTrigger", direction: str = "in") -> BoundBinding:
    return BoundBinding(name=name, type=binding_type, direction=direction)


REQUEST = bound("request")
OUT = bound("out", "webPubSub", "out")
RETURN = bound("$return", "webPubSub", "out")
HTTP = [bound("req", "httpTrigger"), bound("$return", "http", "out")]


def check(function: Function, *bindings: BoundBinding) -> LoadedFunction:
    return check_signature(function, "fn", bindings or (REQUEST,))


class Context:
    """Any class of that name passes."""


class OtherText(str):
    """A str of the user's own."""

    __slots__ = ()


def unannotated(request): ...  # type: ignore[no-untyped-def]
def keyword_only(*, request: str) -> None: ...
def with_default(request: str, x: int = 1) -> None: ...
def with_many(request: str, *args: str) -> None: ...
def with_keywords(request: str, **kwargs: str) -> None: ...
def without() -> None: ...
def with_context(request: str, context: func.Context) -> None: ...
def with_other_context(request: str, context: Context) -> None: ...
def with_bare_context(request, context): ...  # type: ignore[no-untyped-def]
def with_wrong_context(request: str, context: str) -> None: ...
def unresolvable(request: "NoSuchName") -> None: ...  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize("function", [unannotated, keyword_only])
def test_parameters_that_fit(function: Function) -> None:
    """Each parameter has its binding, whichever kind of parameter it is."""
    assert list(check(function).inputs) == ["request"]


@pytest.mark.parametrize(
    ("function", "named"),
    [
        (with_default, "'x'"),
        (with_many, "'args'"),
        (with_keywords, "'kwargs'"),
        (without, "'request'"),
        (with_wrong_context, "'context'"),
        (unresolvable, "NoSuchName"),
    ],
)
def test_parameters_that_do_not_fit(function: Function, named: str) -> None:
    """The message names the function and the parameter."""
    with pytest.raises(SignatureError, match="'fn'") as raised:
        check(function)
    assert named in str(raised.value)


@pytest.mark.parametrize(
    ("function", "wants"),
    [
        (with_context, True),
        (with_other_context, True),
        (with_bare_context, True),
        (unannotated, False),
    ],
)
def test_context_is_given_to_those_who_ask(function: Function, wants: bool) -> None:
    """A parameter called context needs no binding."""
    loaded = check(function)
    assert loaded.wants_context is wants
    assert list(loaded.inputs) == ["request"]


def test_a_binding_called_context_wins() -> None:
    """Then the parameter is an input like any other."""
    loaded = check(with_wrong_context, REQUEST, bound("context", "x"))
    assert not loaded.wants_context
    assert list(loaded.inputs) == ["request", "context"]


def annotated(annotation: Any) -> Function:
    def function(request: Any) -> None: ...

    function.__annotations__ = {"request": annotation}
    return function


@pytest.mark.parametrize("annotation", [str, bytes, OtherText])
def test_annotations_of_a_generic_input(annotation: Any) -> None:
    """str, bytes and their subclasses. Section 3.2."""
    expected = {"request": Conversion("webPubSubTrigger", annotation)}
    assert check(annotated(annotation)).inputs == expected


@pytest.mark.parametrize(
    "annotation",
    [
        dict,
        list,
        object,
        Any,
        Context,
        Optional[str],  # noqa: UP045
        str | None,
        list[str],
        Dict[str, str],  # noqa: UP006
        List[str],  # noqa: UP006
        func.Out[str],
        typing.Tuple[str, str],  # noqa: UP006
    ],
    ids=str,
)
def test_annotations_that_a_generic_input_refuses(annotation: Any) -> None:
    """Everything else. Section 3.2."""
    with pytest.raises(SignatureError, match="'request'"):
        check(annotated(annotation))


def with_out(annotation: Any) -> Function:
    def function(request: str, out: Any) -> None: ...

    function.__annotations__ = {"request": str, "out": annotation}
    return function


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [(func.Out[str], str), (func.Out[bytes], bytes), ("func.Out[str]", str)],
    ids=str,
)
def test_annotations_of_a_generic_output(annotation: Any, expected: type) -> None:
    """Out of str or bytes, as a text too. Section 3.3."""
    loaded = check(with_out(annotation), REQUEST, OUT)
    assert loaded.outputs["out"].annotation is expected
    assert list(loaded.inputs) == ["request"]


def test_an_output_needs_no_annotation() -> None:
    """Without one, any value may be set. Section 3.3."""

    def function(request, out): ...  # type: ignore[no-untyped-def]

    assert check(function, REQUEST, OUT).outputs == {"out": Conversion("webPubSub", None)}


@pytest.mark.parametrize(
    "annotation",
    [
        func.Out,
        func.Out[dict],  # type: ignore[type-arg]  # users write it
        func.Out[Any],
        func.Out[List[str]],  # noqa: UP006
        func.Out[list[str]],
        func.Out[Dict[str, str]],  # noqa: UP006
        str,
    ],
    ids=str,
)
def test_annotations_that_a_generic_output_refuses(annotation: Any) -> None:
    """Everything else. Section 3.3."""
    with pytest.raises(SignatureError, match="'out'"):
        check(with_out(annotation), REQUEST, OUT)


def returning(annotation: Any, *names: str) -> Function:
    def function(request: Any) -> Any: ...

    def http(req: Any) -> Any: ...

    chosen = http if names else function
    chosen.__annotations__ = {"return": annotation}
    return chosen


@pytest.mark.parametrize("annotation", [dict, Optional[str], set, None], ids=str)  # noqa: UP045
def test_an_implicit_return_is_not_checked(annotation: Any) -> None:
    """Any annotation will do. Section 3.4."""
    answer = check(returning(annotation)).answer
    assert answer is not None
    assert answer.binding_type == "webPubSubTrigger"


@pytest.mark.parametrize("annotation", [str, bytes, bytearray])
def test_a_generic_return_binding_takes_text_and_bytes(annotation: Any) -> None:
    """It is checked as an output is. Section 3.4."""
    assert check(returning(annotation), REQUEST, RETURN).answer == Conversion(
        "webPubSub", annotation
    )


@pytest.mark.parametrize("annotation", [func.HttpResponse, str])
def test_an_http_return_takes_a_response_or_text(annotation: Any) -> None:
    """Section 3.4."""
    loaded = check(returning(annotation, "req"), *HTTP)
    assert loaded.answer == Conversion("http", annotation)


@pytest.mark.parametrize(
    ("function", "bindings"),
    [
        (returning(dict), [REQUEST, RETURN]),
        (returning(Optional[str]), [REQUEST, RETURN]),  # noqa: UP045
        (returning(List[str]), [REQUEST, RETURN]),  # noqa: UP006
        (returning(func.Out[str]), [REQUEST, RETURN]),
        (returning(dict, "req"), HTTP),
        (returning(str | func.HttpResponse, "req"), HTTP),
    ],
)
def test_return_annotations_that_are_refused(
    function: Function, bindings: list[BoundBinding]
) -> None:
    """The message is about the return annotation. Section 3.4."""
    with pytest.raises(SignatureError, match="return annotation"):
        check(function, *bindings)


def test_a_return_annotation_that_is_an_output() -> None:
    """It is told by itself: such a function has its way of giving a value confused. Section 3.4."""
    with pytest.raises(SignatureError, match=r"must not be func\.Out\. Use the type of the value"):
        check(returning(func.Out[str]), REQUEST, RETURN)


@pytest.mark.parametrize(
    ("bindings", "expected"),
    [
        ([bound("request", "timerTrigger")], None),
        ([bound("request", "timerTrigger"), OUT], "webPubSub"),
        ([OUT, REQUEST], "webPubSubTrigger"),
        ([REQUEST, OUT], "webPubSub"),
        ([REQUEST, OUT, RETURN, bound("last", "x")], "webPubSub"),
        ([REQUEST, bound("last", "durableClient")], "webPubSubTrigger"),
    ],
)
def test_which_binding_converts_the_answer(
    bindings: list[BoundBinding], expected: str | None
) -> None:
    """$return does; otherwise the last with an implicit output; a function without one must return
    None. Section 4.4."""
    names = ", ".join(binding.name for binding in bindings if binding.name != "$return")
    answer = check(eval(f"lambda {names}: None"), *bindings).answer
    assert (answer and answer.binding_type) == expected


@pytest.mark.parametrize(
    "binding", [bound("request", direction="inout"), bound("$return", direction="in")]
)
def test_directions_that_are_refused(binding: BoundBinding) -> None:
    """Neither inout nor an incoming $return. Section 3.1."""
    others = () if binding.name == "request" else (REQUEST,)
    with pytest.raises(SignatureError, match=rf"has direction {binding.direction}\b"):
        check(unannotated, binding, *others)


class Callable_:  # noqa: N801
    """An object that can be called."""

    def __call__(self, request: str) -> None: ...


@pytest.mark.parametrize(
    "function", [Callable_(), functools.partial(with_default, x=2)], ids=["object", "partial"]
)
def test_only_functions_have_a_file(function: Function) -> None:
    """Callable objects are refused, as by the official engine. Section 3.1."""
    with pytest.raises(SignatureError):
        check(function)


def test_coroutine_functions_are_told() -> None:
    """``async def`` and nothing else runs on the loop."""

    async def function(request: str) -> None: ...

    assert check(function).is_async
    assert not check(unannotated).is_async


def test_the_directory_is_that_of_the_file() -> None:
    """Unless the caller knows better, as for a function.json."""
    assert check(unannotated).directory == __file__.rpartition("/")[0]
    assert check_signature(unannotated, "fn", [REQUEST], "/app/fn").directory == "/app/fn"


@pytest.mark.parametrize(
    ("binding", "annotation", "expected"),
    [
        (bound("request", "httpTrigger"), func.HttpRequest, "httpTrigger"),
        (bound("request", "timerTrigger"), func.TimerRequest, "timerTrigger"),
        (bound("request", "timerTrigger"), str, "generic"),
        (bound("request", "HttpTrigger"), str, "HttpTrigger"),
    ],
)
def test_the_converter_an_input_gets(
    binding: BoundBinding, annotation: type, expected: str
) -> None:
    """Types are looked up by exact spelling; str and bytes pass a converter without an implicit
    output by. Sections 15.1 and 15.2."""
    assert check(annotated(annotation), binding).inputs["request"].binding_type == expected


def test_a_converter_for_the_other_direction_refuses() -> None:
    """The library's queue converter has outputs only."""
    with pytest.raises(SignatureError, match="'request'"):
        check(annotated(func.QueueMessage), bound("request", "queue"))


@pytest.mark.parametrize("annotation", ["Nowhere", "1 / 0", "1 / zero", "func.Nothing"])
def test_an_annotation_that_is_asked_for_may_raise_anything(annotation: str) -> None:
    """It is code of the user, which runs when it is read. Section 3.1."""
    source = f"import azure.functions as func\nzero = 0\ndef f(request: {annotation}): ..."
    with pytest.raises(SignatureError, match=r"^Function 'fn' .*(not defined|zero|no attribute)"):
        check(defined(source, "f"))
