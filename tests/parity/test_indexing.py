"""Apps with decorators: found and described alike, or refused alike. Specification:
functions-python sections 2.1 and 2.2."""

import pytest

from tests.parity.conftest import WriteBoth

pytestmark = pytest.mark.conformance

HEADER = "import azure.functions as func\n"
TIMER = '@app.timer_trigger(arg_name="timer", schedule="0 * * * * *")\n'
ONE = f"{TIMER}def one(timer): pass\n"
TWO = f"{TIMER}def two(timer): pass\n"
BLUEPRINT = (
    "bp = func.Blueprint()\n"
    '@bp.route("x")\n'
    "def of_blueprint(req): pass\n"
    '@bp.generic_trigger(arg_name="request", type="webPubSubTrigger", hub="h")\n'
    "def event(request): pass\n"
)
APP = "app = func.FunctionApp()\n"

GOOD = {
    "empty": APP,
    "another name": APP.replace("app", "functions") + ONE.replace("app", "functions"),
    "from another module": "from shared import app\n",
    "two functions": APP + ONE + TWO,
    "a name of its own": f'{APP}@app.function_name("other-name")\n{ONE}',
    "a name with a blank": f'{APP}@app.function_name("a b")\n{ONE}',
    "names by letter case": f'{APP}{ONE}@app.function_name("ONE")\n{TWO}',
    "the level of the app": "app = func.FunctionApp(http_auth_level=func.AuthLevel.ADMIN)\n"
    '@app.route()\ndef web(req): pass\n@app.route("", methods=["GET"])\ndef root(req): pass\n',
    "generic bindings": APP
    + '@app.generic_output_binding(arg_name="out", type="webPubSub", hub="h", data_type="BINARY")\n'
    '@app.generic_input_binding(arg_name="inp", type="webPubSubConnection", hub="h", user_id="u",'
    " userId=None)\n"
    '@app.generic_trigger(arg_name="request", type="webPubSubTrigger", hub="h", eventType="user",'
    ' event_name="m", connections=["A", "B"], data_type=func.DataType.STRING)\n'
    "def generic(request, inp, out): pass\n",
    "timer switches": APP
    + '@app.timer_trigger("t", "%S%", run_on_startup=True, use_monitor=False)\n'
    "def tick(t): pass\n",
    "a blueprint": f"{BLUEPRINT}{APP}app.register_functions(bp)\n{ONE}",
    "a blueprint as blueprint": f"{APP}{BLUEPRINT}app.register_blueprint(bp)\n",
    "a blueprint that nobody registers": f"{BLUEPRINT}{APP}{ONE}",
    "an ASGI app": "app = func.AsgiFunctionApp(app=None)\n",
    "typed": "import webpubsub as wps\napp = wps.WebPubSubApp()\n"
    '@app.web_pubsub_trigger(hub="h", event_type="user", event_name="m")\n'
    '@app.web_pubsub_output(arg_name="actions", hub="h")\n'
    "def typed(request: wps.UserEventRequest, actions: func.Out[wps.Actions]) -> None: ...\n",
}
#: Source, what ours must say, and whether ours holds what theirs says.
BROKEN = {
    "an alias": (f"{APP}alias = app\n{ONE}", "more than one function app: app, alias", False),
    "two apps": (f"{APP}more = func.FunctionApp()\n", "more than one function app", False),
    "no app": ("x = 5\n", "function_app.py has no function app", False),
    "a blueprint alone": (BLUEPRINT, "function_app.py has no function app", False),
    "one name twice": (f'{APP}{ONE}@app.function_name("one")\n{TWO}', "one", True),
    "no trigger": (f"{APP}@app.function_name('a')\ndef a(): pass\n", "trigger", True),
    "two triggers": (f"{APP}{TIMER}{ONE}", "trigger", True),
    "a blueprint twice": (
        f"{BLUEPRINT}{APP}app.register_functions(bp)\napp.register_functions(bp)\n",
        "of_blueprint",
        True,
    ),
    "an app as blueprint": (f"{APP}app.register_functions(app)\n", "TypeError", True),
    "a data type that is none": (
        f'{APP}@app.timer_trigger("t", "* * * * * *", data_type="bytes")\ndef t(t): pass\n',
        "KeyError",
        False,
    ),
    "a mistake of Python": ("app = (\n", "SyntaxError", False),
    "an import that fails": ("import no_such_module\n", "No module named 'no_such_module'", False),
    "an exception": ("raise RuntimeError('not today')\n", "RuntimeError: not today", True),
    "an exit": ("raise SystemExit('enough')\n", "SystemExit: enough", True),
    "one function of two": (
        f"{APP}{ONE}{TIMER}def wrong(timer, more): pass\n",
        "Function 'wrong': parameter 'more'",
        False,
    ),
}


@pytest.mark.parametrize("source", GOOD.values(), ids=GOOD)
async def test_apps_are_described_alike(source: str, both_of: WriteBoth) -> None:
    """Names, order, ids, and every property of every binding."""
    both = both_of({"function_app.py": HEADER + source, "shared.py": f"{HEADER}{APP}{ONE}"})
    ours, theirs = await both.index()
    assert ours == theirs
    assert list(ours) == list(theirs)
    for pair in (both.ids(), both.retries()):
        assert pair.ours == pair.theirs


@pytest.mark.parametrize(("source", "text", "holds"), BROKEN.values(), ids=BROKEN)
async def test_apps_are_refused_alike(
    source: str, text: str, holds: bool, both_of: WriteBoth
) -> None:
    """As a whole; ours says what to mend, and keeps what user code and the library said."""
    ours, theirs = await both_of({"function_app.py": HEADER + source}).index()
    assert isinstance(theirs, str)
    assert isinstance(ours, str), ours
    assert text in ours
    assert not holds or theirs.partition(": ")[2].strip("'\"") in ours
