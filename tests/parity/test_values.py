"""Values on their way into functions and out of them. Specification: functions-python sections 4.3,
4.4, 8.2 and 8.4."""

from typing import Any

import pytest
from azure.functions.meta import Datum, InConverter, OutConverter

from tests.parity.both import Both, Input
from tests.parity.conftest import WriteBoth
from tests.parity.values import CLASSES, VALUES, WRONG
from webpubsub.host.values import HttpRequestData, JsonText, Value

pytestmark = pytest.mark.conformance

REQUEST = HttpRequestData(
    method="PUT",
    url="http://h/api/x?a=1",
    headers={"x-a": "b,c", "content-type": "application/json"},
    query={"a": "1"},
    route_params={"id": "7"},
    body=b'{"n": 1}',
)
SOURCE = f"""
import azure.functions as func
{CLASSES}

app = func.FunctionApp()

def trigger(name):
    def add(function):
        return app.function_name(name)(app.generic_trigger(
            arg_name="request", type="webPubSubTrigger", hub="h", eventType="user", eventName=name
        )(function))
    return add
"""
RETURN = """
@trigger("implicit")
def implicit(request):
    return {value}

@trigger("explicit")
@app.generic_output_binding(arg_name="$return", type="webPubSub", hub="h")
async def explicit(request):
    return {value}

@trigger("output")
@app.generic_output_binding(arg_name="out", type="webPubSub", hub="h")
@app.generic_output_binding(arg_name="other", type="webPubSub", hub="h")
def output(request, out: func.Out[str], other):
    out.set("first")
    out.set({value})
    other.set("other")
    assert other.get() == "other"
"""
RECEIVE = """
@trigger("bare")
def bare(request):
    return repr(request)

@trigger("text")
def text(request: str):
    return repr((type(request).__name__, request))

@trigger("binary")
def binary(request: bytes):
    return repr((type(request).__name__, request))

@trigger("input")
@app.generic_input_binding(arg_name="connection", type="webPubSubConnection", hub="h")
def input(request, connection: str):
    return repr((request, connection))

@app.route("web")
def web(req: func.HttpRequest) -> func.HttpResponse:
    seen = (req.method, req.url, dict(req.headers), dict(req.params), dict(req.route_params),
            req.get_body(), req.get_json())
    return func.HttpResponse(repr(seen), status_code=201)

@app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
@app.generic_output_binding(arg_name="out", type="webPubSub", hub="h")
def tick(timer: func.TimerRequest, out):
    out.set([timer.past_due, timer.schedule_status, timer.schedule])

@app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
@app.generic_output_binding(arg_name="out", type="webPubSub", hub="h")
def raw_tick(timer: str, out):
    return timer
"""
TIMERS = [
    '{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":true}',
    '{"Schedule":{"AdjustForDST":false},"ScheduleStatus":{"Last":"a","Next":"b"},"IsPastDue":false}',
]
#: What arrives on the wire, text and JSON first.
ARRIVALS: list[Value] = [
    *("text", "", "é☂", JsonText('{"a": [1]}'), JsonText("5"), b"\xff\x00", b"", None, REQUEST)
]
INPUTS: list[tuple[str, list[Input]]] = [
    ("input", [("request", "r"), ("connection", JsonText('{"url":"u"}'))]),
    ("input", [("request", None), ("connection", None)]),
    ("web", [("req", REQUEST)]),
]
INPUTS += [
    (name, [("request", value)]) for name in ("bare", "text", "binary") for value in ARRIVALS
]
INPUTS += [(name, [("timer", JsonText(text))]) for name in ("tick", "raw_tick") for text in TIMERS]


async def indexed(both: Both) -> Both:
    """The app in both."""
    ours, theirs = await both.index()
    assert ours == theirs
    return both


async def assert_alike(both: Both, name: str, inputs: list[Input]) -> Any:
    """What both answer."""
    ours, theirs = await both.invoke(name, inputs)
    assert (ours.error is None) == (theirs.error is None), (ours.error, theirs.error)
    assert (ours.value, ours.outputs) == (theirs.value, theirs.outputs)
    return theirs


@pytest.mark.parametrize("value", VALUES)
async def test_what_functions_give(value: str, both_of: WriteBoth) -> None:
    """As what is returned, with and without a binding for it, and as an output."""
    both = await indexed(both_of({"function_app.py": SOURCE + RETURN.format(value=value)}))
    for name in ("implicit", "explicit", "output"):
        ours, theirs = await both.invoke(name, [("request", "r")])
        assert theirs.error is None
        assert repr((ours.value, ours.outputs)) == repr((theirs.value, theirs.outputs)), name


@pytest.mark.parametrize("value", WRONG)
async def test_what_functions_cannot_give(value: str, both_of: WriteBoth) -> None:
    """The invocation fails, and nothing of it goes out."""
    both = await indexed(both_of({"function_app.py": SOURCE + RETURN.format(value=value)}))
    for name in ("implicit", "explicit", "output"):
        answer = await assert_alike(both, name, [("request", "r")])
        assert answer.error is not None
        assert (answer.value, answer.outputs) == (None, {})


async def test_what_functions_receive(both_of: WriteBoth) -> None:
    """By the kind on the wire alone, whatever the annotation says."""
    both = await indexed(both_of({"function_app.py": SOURCE + RECEIVE}))
    answers = [await assert_alike(both, name, inputs) for name, inputs in INPUTS]
    assert [answer.value for answer in answers[3:8]] == [
        ("string", text) for text in ("'text'", "''", "'é☂'", "'{\"a\": [1]}'", "'5'")
    ]


class Told(InConverter, OutConverter, binding="parityTold"):
    """Says what it was given; gives data as they are, else the annotation that it is told of."""

    @classmethod
    def check_input_type_annotation(cls, pytype: type) -> bool:
        return True

    @classmethod
    def check_output_type_annotation(cls, pytype: type) -> bool:
        return True

    @classmethod
    def has_implicit_output(cls) -> bool:
        return True

    @classmethod
    def decode(cls, data: Any, *, trigger_metadata: Any) -> Any:
        return f"told {data.value}"

    @classmethod
    def encode(cls, obj: Any, *, expected_type: Any) -> Datum:
        return obj if isinstance(obj, Datum) else Datum(str(expected_type), "string")


IMPLICIT = """
told = app.generic_trigger(arg_name="request", type="parityTold")
other = app.generic_input_binding(arg_name="other", type="webPubSubConnection", hub="h")

@app.function_name("told_first")
@other
@told
def told_first(request: str, other) -> int: return request

@app.function_name("told_last")
@told
@other
def told_last(request: str, other) -> int: return request
"""


async def test_several_bindings_that_answer(both_of: WriteBoth) -> None:
    """The last of them says how, and reads its own input although that is annotated str."""
    both = await indexed(both_of({"function_app.py": SOURCE + IMPLICIT}))
    inputs: list[Input] = [("request", "r"), ("other", "o")]
    answers = [
        (await assert_alike(both, name, inputs)).value for name in ("told_first", "told_last")
    ]
    assert answers == [("string", "told r"), ("string", "<class 'int'>")]


ANNOTATED = """
returned = app.generic_output_binding(arg_name="$return", type="parityTold")

@trigger("explicit_bare")
@returned
def explicit_bare(request): return 1

@trigger("explicit")
@returned
def explicit(request) -> int: return None

@trigger("generator")
@returned
async def generator(request) -> int: yield 1

@app.function_name("implicit")
@app.generic_trigger(arg_name="request", type="parityTold")
def implicit(request) -> int: return 1

@trigger("output")
@app.generic_output_binding(arg_name="out", type="parityTold")
def output(request, out: func.Out[int]): out.set(1)
"""


async def test_annotations_of_what_is_given(both_of: WriteBoth) -> None:
    """A converter is told of them, even for None, or for a generator, which nobody awaits."""
    both = await indexed(both_of({"function_app.py": SOURCE + ANNOTATED}))
    for name in ("explicit", "generator", "implicit"):
        answer = await assert_alike(both, name, [("request", "r")])
        assert answer.value == ("string", "<class 'int'>")
    await assert_alike(both, "explicit_bare", [("request", "r")])
    answer = await assert_alike(both, "output", [("request", "r")])
    assert answer.outputs == {"out": ("string", "<class 'int'>")}


#: What a converter may give, and what goes out.
DATA: dict[str, Any] = {
    "None, None": None,
    "'text', 'string'": ("string", "text"),
    "b'x', 'bytes'": ("bytes", b"x"),
    "'[1]', 'json'": ("json", [1]),
    "{'a': 1}, 'dict'": ("json", {"a": 1}),
    "[1], 'list'": ("json", [1]),
    "5, 'int'": ("int", 5),
    "True, 'bool'": ("int", 1),
    "1.5, 'double'": ("double", 1.5),
}
GIVE = """
from azure.functions.meta import Datum

@trigger("f")
@app.generic_output_binding(arg_name="$return", type="parityTold")
def f(request): return Datum({data})
"""


@pytest.mark.parametrize(("data", "expected"), DATA.items(), ids=DATA)
async def test_what_converters_give(data: str, expected: Any, both_of: WriteBoth) -> None:
    """By the kind that they say."""
    both = await indexed(both_of({"function_app.py": SOURCE + GIVE.format(data=data)}))
    assert (await assert_alike(both, "f", [("request", "r")])).value == expected


#: Ours and theirs: the failure of a function is its own exception.
FAILURES = {
    "raise ValueError('wrong')": "wrong",
    "raise KeyError('k')": "'k'",
    "return 1 / 0": "division by zero",
    "raise RuntimeError": "",
    "raise Mine('a', 2)": "('a', 2)",
    "assert False, 'never'": "never",
}


@pytest.mark.parametrize(("body", "text"), FAILURES.items(), ids=FAILURES)
async def test_functions_that_raise(body: str, text: str, both_of: WriteBoth) -> None:
    """Both tell of the same exception; what was set is lost."""
    function = f"""
class Mine(Exception): ...

@trigger("f")
@app.generic_output_binding(arg_name="out", type="webPubSub", hub="h")
def f(request, out):
    out.set("lost")
    {body}
"""
    both = await indexed(both_of({"function_app.py": SOURCE + function}))
    ours, theirs = await both.invoke("f", [("request", "r")])
    kind, _, message = ours.error.partition(": ")
    assert theirs.error.startswith(f"{kind}(")
    assert message == text
    assert text in theirs.error
    assert ours.outputs == theirs.outputs == {}


async def test_a_function_that_may_return_nothing(both_of: WriteBoth) -> None:
    """A timer alone: None is well, anything else is not."""
    function = """
values = iter([None, "text", "", 0])

@app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
def tick(timer):
    return next(values)
"""
    both = await indexed(both_of({"function_app.py": SOURCE + function}))
    timer: list[Input] = [("timer", JsonText(TIMERS[0]))]
    assert (await assert_alike(both, "tick", timer)).error is None
    for _ in ("text", "", 0):
        assert "without a $return binding" in (await assert_alike(both, "tick", timer)).error


CONTEXT = """
@trigger("f")
def f(request, context: func.Context):
    trace, retry = context.trace_context, context.retry_context
    return {
        "id": context.invocation_id,
        "name": context.function_name,
        "directory": context.function_directory,
        "trace": [trace.trace_parent, trace.trace_state, trace.attributes],
        "deprecated": [trace.Traceparent, trace.Tracestate, trace.Attributes],
        "retry": [retry.retry_count, retry.max_retry_count, retry.rpc_exception],
        "exception": hasattr(retry, "exception"),
        "thread": type(context.thread_local_storage).__name__,
        "text": [isinstance(trace, str), callable(context)],
    }
"""


async def test_the_context(both_of: WriteBoth) -> None:
    """Every attribute has the same value."""
    both = await indexed(both_of({"function_app.py": SOURCE + CONTEXT}))
    answer = await assert_alike(both, "f", [("request", "r")])
    assert answer.value[1]["retry"] == [1, 3, None]
    assert answer.value[1]["trace"] == ["00-1-2-01", "a=b", {}]
