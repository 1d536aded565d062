"""The pytest plugin, in runs of pytest of its own."""

import os
import re
import shutil

import pytest

# A run within this one forgets what it imports.
import webpubsub.testing.services
import webpubsub.testing.world  # noqa: F401
from tests.testing.world import APPS

TEST = """
import asyncio
import pytest

async def test_hello(webpubsub):
    alice = await webpubsub.connect(user="alice")
    await alice.send_event("message", "hi")
    await alice.expect("alice: hi")
"""
#: A test with fixtures of its own, of both kinds, which share the loop of the test.
FIXTURES = """
import asyncio
import pytest

@pytest.fixture
async def loop(webpubsub):
    return asyncio.get_running_loop()

@pytest.fixture
async def alice(webpubsub):
    alice = await webpubsub.connect(user="alice")
    yield alice
    await alice.close()
    print("alice is gone")

class TestRoom:
    @pytest.fixture
    async def bob(self, webpubsub):
        self.hired = True
        return await webpubsub.connect(user="bob")

    async def test_two(self, webpubsub, alice, bob, loop):
        assert self.hired
        assert asyncio.get_running_loop() is loop
        await alice.send_event("message", "hi")
        await bob.expect("alice: hi")
"""
ALONE = ("-p", "no:asyncio", "-p", "no:anyio")
SCOPE = ("-o", "asyncio_default_fixture_loop_scope=function", "-p", "no:anyio")
STRICT = ("-o", "asyncio_mode=strict", *SCOPE)
AUTO = ("-o", "asyncio_mode=auto", *SCOPE)
#: Tests that anyio runs, on one of its backends.
ANYIO = """
import pytest

pytestmark = pytest.mark.anyio

@pytest.fixture
def anyio_backend():
    return "{backend}"
"""
#: What serves, and takes its time to be imported.
HEAVY = frozenset({"aiohttp", "picows", "jwt"})


@pytest.fixture
def run(pytester: pytest.Pytester) -> "Run":
    """A run of pytest with some tests in a folder beside an app."""
    shutil.copytree(APPS / "room", pytester.path, dirs_exist_ok=True)
    return Run(pytester)


class Run:
    """Runs tests, with all warnings as errors."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester

    def __call__(self, source: str, *options: str) -> pytest.RunResult:
        self.pytester.makepyfile(test_it=source)
        return self.pytest("-W", "error", "-rA", *options)

    def pytest(self, *options: str) -> pytest.RunResult:
        """Pytest as it is run here, without a plugin that takes long to import."""
        return self.pytester.runpytest_inprocess("-p", "no:schemathesis", *options)


@pytest.mark.parametrize("options", [ALONE, STRICT, AUTO], ids=["alone", "strict", "auto"])
@pytest.mark.parametrize("source", [TEST, FIXTURES], ids=["test", "fixtures"])
def test_async_tests_run(run: Run, source: str, options: tuple[str, ...]) -> None:
    """Beside pytest-asyncio in both of its modes, and without it."""
    result = run(source, *options)
    result.assert_outcomes(passed=1)
    if source is FIXTURES:
        result.stdout.fnmatch_lines(["*alice is gone*"])


def test_they_run_by_the_mark_of_pytest_asyncio(run: Run) -> None:
    """In its loop, then, whatever its scope is."""
    marked = TEST.replace("async def", "@pytest.mark.asyncio\nasync def")
    run(marked, *STRICT).assert_outcomes(passed=1)
    by_module = "import pytest\npytestmark = pytest.mark.asyncio(loop_scope='module')\n"
    twice = by_module + TEST + TEST.replace("test_hello", "test_again")
    run(twice, *STRICT).assert_outcomes(passed=2)


def test_they_run_by_anyio(run: Run) -> None:
    """By its mark, with fixtures."""
    source = ANYIO.format(backend="asyncio") + FIXTURES
    run(source, "-p", "no:asyncio").assert_outcomes(passed=1)


@pytest.mark.parametrize("options", [ALONE, STRICT, AUTO], ids=["alone", "strict", "auto"])
def test_a_fixture_that_fails_leaves_nothing_behind(run: Run, options: tuple[str, ...]) -> None:
    """Although another one has started the app already, and a client has connected to it."""
    source = """
    import gc
    import os
    import sys
    import aiohttp
    import pytest

    @pytest.fixture
    async def alice(webpubsub):
        return await webpubsub.connect(user="alice")

    @pytest.fixture
    def broken(alice):
        raise ValueError

    async def test_one(webpubsub, alice, broken):
        pass

    def test_two():
        assert "function_app" not in sys.modules
        assert "FUNCTIONS_APPLICATION_DIRECTORY" not in os.environ
        assert os.getcwd() != os.path.dirname(__file__)
        known = [one for one in gc.get_objects() if isinstance(one, aiohttp.connector.Connection)]
        assert all(one.closed for one in known)
    """
    elsewhere = run.pytester.mkdir("elsewhere")
    os.chdir(elsewhere)
    result = run(source, str(run.pytester.path / "test_it.py"), *options)
    result.assert_outcomes(errors=1, passed=1)


def test_others_are_left_alone(run: Run) -> None:
    """An async test that does not ask for the fixture is nobody's here."""
    result = run("async def test_it():\n    pass\n", *ALONE)
    assert result.ret != 0
    assert "async def functions are not natively supported" in result.stdout.str()


def test_tests_need_not_be_async(run: Run) -> None:
    """Nor do they need any other plugin."""
    source = """
    def test_it(webpubsub):
        alice = webpubsub.run(webpubsub.connect(user="alice"))
        webpubsub.run(alice.send_event("message", "hi"))
        webpubsub.run(alice.expect("alice: hi"))
    """
    for options in (ALONE, AUTO):
        run(source, *options).assert_outcomes(passed=1)


def test_classes_of_unittest(run: Run) -> None:
    """Which get the world by a fixture of their own."""
    source = """
    import unittest
    import pytest

    class Room(unittest.IsolatedAsyncioTestCase):
        @pytest.fixture(autouse=True)
        def world(self, webpubsub):
            self.webpubsub = webpubsub

        async def test_it(self):
            alice = await self.webpubsub.connect(user="alice")
            await alice.send_event("message", "hi")
            await alice.expect("alice: hi")
            assert (await self.webpubsub.http.get("/api/count")).text == "1"

        test_again = test_it

    class Plain(unittest.TestCase):
        world = Room.world

        def test_it(self):
            alice = self.webpubsub.run(self.webpubsub.connect(user="alice"))
            self.webpubsub.run(alice.send_event("message", "hi"))
    """
    for options in (ALONE, AUTO):
        run(source, *options).assert_outcomes(passed=3)


def test_fixtures_of_many_tests_cannot_have_it(run: Run) -> None:
    """Which pytest says: every test has a world of its own."""
    source = """
    import pytest

    @pytest.fixture(scope="module")
    async def alice(webpubsub):
        return await webpubsub.connect(user="alice")

    async def test_it(alice):
        pass
    """
    result = run(source, *ALONE)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["ScopeMismatch: *function scoped fixture webpubsub*"])


def test_a_failure_is_shown_where_it_is(run: Run) -> None:
    """The line of the test, what came, and what failed in the app; not the insides."""
    result = run(
        """
        async def test_it(webpubsub):
            alice = await webpubsub.connect(user="alice")
            await alice.send_event("message", "boom", ack=False)
            await alice.expect("boom", within=0.01)
        """,
        *ALONE,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">*await alice.expect*",
            "E*alice did not get what was expected within 0.01 seconds",
            "E*expected: 'boom'",
            "E*function 'message' failed: ValueError: it went off",
            "test_it.py:4: Unexpected",
            "*- webpubsub traffic -*",
            "*alice: Connected: json.webpubsub.azure.v1",
            "*alice: Send event message: boom",
            "*Function message failed: ValueError: it went off",
        ]
    )
    result.stdout.no_fnmatch_line("*inbox.wait*")
    result.stdout.no_fnmatch_line("*alice: Disconnected*")


@pytest.mark.parametrize(
    "line",
    [
        "await alice.send_event('sing')",
        "await alice.invoke('sing')",
        "await alice.join('g' * 2000)",
        "await webpubsub.connect(protocol='xml')",
        "await webpubsub.connect(user='mallory')",
        "await webpubsub.service.close_connection('nobody', hub='')",
        "await alice.recover()",
        "await webpubsub.clock.advance(-1)",
        "webpubsub.actions('sing')",
        "webpubsub.invocations('sing')",
        "(await alice.drop(), webpubsub.faults.freeze(alice))",
    ],
)
@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
def test_a_mistake_is_shown_at_its_line(run: Run, line: str, is_async: bool) -> None:
    """And nowhere else: nothing of what is within is of any help."""
    source = f"""
        async def body(webpubsub):
            alice = await webpubsub.connect(user="alice")
            {line}

        {"async " if is_async else ""}def test_it(webpubsub):
            {"await body(webpubsub)" if is_async else "webpubsub.run(body(webpubsub))"}
        """
    result = run(source, "--tb=short", *ALONE)
    result.assert_outcomes(failed=1)
    shown = result.stdout.str().partition("Captured log")[0]
    places = [one for one in shown.splitlines() if re.match(r"\S+\.py:\d+: ", one)]
    assert places == ["test_it.py:6: in test_it", "test_it.py:3: in body"]


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        ("app='nowhere'", "*names an app that is none: there is no folder*"),
        ("settngs={}", "*has no argument 'settngs'. Did you mean 'settings'?*"),
        ("'nowhere'", "*takes arguments by name only*"),
    ],
)
def test_mistakes_are_one_line(run: Run, mark: str, says: str) -> None:
    """That says what is wrong."""
    marked = TEST.replace("async def", f"@pytest.mark.webpubsub({mark})\nasync def")
    result = run(marked, *ALONE)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([says])
    result.stdout.no_fnmatch_line("*During handling*")


def test_an_app_that_is_broken_is_shown_plainly(run: Run) -> None:
    """With the user's own traceback and nobody else's."""
    (run.pytester.path / "function_app.py").write_text("1 / 0\n", encoding="utf-8")
    result = run(TEST, *ALONE)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*ZeroDivisionError: division by zero", '*function_app.py", line 1*']
    )
    result.stdout.no_fnmatch_line("*plugin.py*")
    plain = "def test_it(webpubsub):\n    webpubsub.run(webpubsub.connect(user='a'))\n"
    result = run(plain, *ALONE)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*SetupError: *ZeroDivisionError*", "test_it.py:2: SetupError"])
    result.stdout.no_fnmatch_line("*await*")


def test_workers_share_nothing(run: Run) -> None:
    """Several apps are tested by several processes at once, by sockets too."""
    shutil.copytree(APPS / "folders", run.pytester.path / "other")
    source = f"""
        import asyncio
        import os
        from pathlib import Path
        import pytest

        SEEN = Path({str(run.pytester.path)!r}, "seen")

        @pytest.mark.webpubsub(sockets=True)
        @pytest.mark.parametrize("number", range(4))
        async def test_room(webpubsub, number):
            alice = await webpubsub.connect(user="alice")
            SEEN.mkdir(exist_ok=True)
            (SEEN / os.environ["PYTEST_XDIST_WORKER"]).touch()
            for _ in range(1000):  # until the other worker runs one of these, too
                if len(list(SEEN.iterdir())) == 2:
                    break
                await asyncio.sleep(0.01)
            assert (await webpubsub.http.get("/api/count")).text == "1"
            await alice.send_event("message", f"hi {{number}}")
            await alice.expect(f"alice: hi {{number}}")
            assert len(list(SEEN.iterdir())) == 2
            assert await webpubsub.service.user_exists("alice")

        @pytest.mark.webpubsub(app="other")
        @pytest.mark.parametrize("number", range(4))
        async def test_other(webpubsub, number):
            alice = await webpubsub.connect(user="alice", protocol="simple")
            await alice.send_event("message", f"{{number}}c")
            await alice.expect(f"c{{number}}")
        """
    result = run(source, "-n", "2", "--dist", "load", *ALONE)
    result.assert_outcomes(passed=8)


def test_marks_of_modules_classes_and_functions_add_up(run: Run) -> None:
    """What is nearer to the test wins."""
    source = """
    import pytest
    pytestmark = pytest.mark.webpubsub(settings={"A": "module"}, service={"recovery_window": 5.0})

    @pytest.mark.webpubsub(settings={"A": "class"})
    class TestIt:
        @pytest.mark.webpubsub(settings={"A": "function"})
        async def test_function(self, webpubsub):
            assert (await webpubsub.http.get("/api/settings/A")).text == "function"
            assert webpubsub.stage.service.settings.recovery_window == 5

        async def test_class(self, webpubsub):
            assert (await webpubsub.http.get("/api/settings/A")).text == "class"

    async def test_module(webpubsub):
        assert (await webpubsub.http.get("/api/settings/A")).text == "module"
    """
    run(source, *ALONE).assert_outcomes(passed=3)


@pytest.mark.parametrize("how", ["option", "ini"])
def test_all_tests_can_be_told(run: Run, how: str) -> None:
    """Which app is meant, and to come by sockets."""
    folder = run.pytester.mkdir("elsewhere")
    shutil.copytree(APPS / "folders", folder, dirs_exist_ok=True)
    source = """
    async def test_it(webpubsub):
        alice = await webpubsub.connect(user="alice", protocol="simple")
        assert alice.address.startswith("ws://127.0.0.1:")
        await alice.send_event("message", "abc")
        await alice.expect("cba")
    """
    options = ["--webpubsub-app=elsewhere", "--webpubsub-sockets"]
    if how == "ini":
        options = ["-o", "webpubsub_app=elsewhere", "-o", "webpubsub_sockets=true"]
    run(source, *options, *ALONE).assert_outcomes(passed=1)


def test_the_service_alone(run: Run) -> None:
    """For clients of any kind, in tests that block."""
    source = """
    def test_it(webpubsub_service):
        assert webpubsub_service.endpoint.startswith("http://127.0.0.1:")
        assert "access_token=" in webpubsub_service.client_url("chat", user="alice")
    """
    run(source, *ALONE).assert_outcomes(passed=1)


def test_it_makes_its_options_and_mark_known(run: Run) -> None:
    """To whoever asks pytest."""
    shown = run.pytest("--markers", *ALONE).stdout.str()
    assert "@pytest.mark.webpubsub(app, settings, hubs, service, sockets): " in shown
    shown = run.pytest("--help", *ALONE).stdout.str()
    assert "--webpubsub-sockets" in shown
    assert "webpubsub_app (string):" in shown


def test_what_pytest_imports_of_it_is_little() -> None:
    """The plugin is imported in every run; nothing that serves is."""
    import subprocess
    import sys

    code = f"import sys, webpubsub.testing.plugin; print({set(HEAVY)!r} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
