"""What HTTP functions answer: status, body, headers and cookies. Specification: functions-python
section 5.1."""

import json

import pytest

from tests.parity.conftest import V1, V2, WriteBoth
from webpubsub.host.values import HttpRequestData

pytestmark = pytest.mark.conformance

REQUEST = HttpRequestData(
    method="GET", url="http://h/", headers={}, query={}, route_params={}, body=b""
)
GIVEN = [
    "func.HttpResponse()",
    "func.HttpResponse('', status_code=204)",
    "func.HttpResponse('é☂', status_code=404)",
    "func.HttpResponse('é', charset='latin-1')",
    "func.HttpResponse(b'\\xff\\x00', mimetype='application/octet-stream')",
    "func.HttpResponse('{}', mimetype='application/json')",
    "func.HttpResponse('x', headers={'X-A': '1', 'Content-Type': 'text/csv', 'Empty': ''})",
    "func.HttpResponse(headers={'Set-Cookie': 'a=b; Path=/; HttpOnly; SameSite=Lax'})",
    "func.HttpResponse(headers={'set-cookie': 'a=b; Max-Age=5', 'location': '/elsewhere'})",
    "'text'",
    "''",
    '\'{"body": "x", "status": 201}\'',
]
WRONG = ["None", "{}", "[]", "b'x'", "5", "True", "func.HttpResponse", "(200, 'x')"]
DECORATORS = "app = func.FunctionApp()\n@app.function_name('f')\n@app.route('x')\n"
BINDINGS = [
    {"type": "httpTrigger", "direction": "in", "name": "req"},
    {"type": "http", "direction": "out", "name": "$return"},
]


def app(value: str, engine: str) -> dict[str, str]:
    """An app whose one function answers so."""
    imports = "import azure.functions as func\n"
    function = f"def main(req): return {value}"
    if engine == V2:
        return {"function_app.py": imports + DECORATORS + function}
    document = json.dumps({"bindings": BINDINGS})
    return {"f/function.json": document, "f/__init__.py": imports + function}


@pytest.mark.parametrize("engine", [V1, V2])
@pytest.mark.parametrize("value", GIVEN)
async def test_answers(value: str, engine: str, both_of: WriteBoth) -> None:
    """The same in every byte."""
    both = both_of(app(value, engine), engine)
    await (both.index() if engine == V2 else both.load())
    ours, theirs = await both.invoke("f", [("req", REQUEST)])
    assert theirs.error is None
    assert ours == theirs


@pytest.mark.parametrize("engine", [V1, V2])
@pytest.mark.parametrize("value", WRONG)
async def test_what_is_no_answer(value: str, engine: str, both_of: WriteBoth) -> None:
    """The invocation fails."""
    both = both_of(app(value, engine), engine)
    await (both.index() if engine == V2 else both.load())
    ours, theirs = await both.invoke("f", [("req", REQUEST)])
    assert theirs.error is not None
    assert ours.error is not None
    assert ours.value is None
