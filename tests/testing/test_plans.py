"""What a test asks for."""

from pathlib import Path
from typing import Any

import pytest

from webpubsub.testing.errors import SetupError
from webpubsub.testing.plans import Plan, Request, plan_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An app with tests in a folder, and another one beside."""
    for folder in ("app/tests", "other", "empty"):
        (tmp_path / folder).mkdir(parents=True)
    for folder in ("app", "other"):
        (tmp_path / folder / "function_app.py").touch()
    return tmp_path


def plan(root: Path, file: str = "app/tests/test_x.py", app: str = "", **marks: Any) -> Plan:
    return plan_of(Request(marks=marks, file=root / file, root=root, app=app))


def test_the_nearest_app_is_meant(root: Path) -> None:
    """Above the test, and no higher than the root."""
    assert plan(root).app == root / "app"
    assert plan(root, "other/test_x.py").app == root / "other"
    with pytest.raises(SetupError, match=r"no function app in .*empty.*webpubsub_app.*app=None"):
        plan(root, "empty/test_x.py")


def test_it_can_be_named(root: Path) -> None:
    """For all tests, or by a mark, which wins; None is the service alone."""
    assert plan(root, app="other").app == root / "other"
    assert plan_of(
        Request(marks={"app": None}, file=root / "x.py", root=root, app="other")
    ) == Plan(app=None)
    chosen = Request(marks={"app": "app"}, file=root / "x.py", root=root, app="other")
    assert plan_of(chosen).app == root / "app"


@pytest.mark.parametrize(
    ("marks", "says"),
    [
        ({"app": "emty"}, "the mark 'webpubsub' names an app that is none: .*Did you mean"),
        ({"app": "empty"}, "neither a host.json nor a function_app.py"),
        ({"setings": {}}, "has no argument 'setings'. Did you mean 'settings'"),
        ({"settings": {"A": 1}}, "the setting 'A' is 1, and must be a text"),
        ({"hubs": {"chat": {"anonymos": True}}}, "hubs.chat has no setting 'anonymos'"),
        ({"hubs": {"1": {}}}, "the mark 'webpubsub': "),
        ({"service": {"recovery_window": "x"}}, "service.recovery_window is .*seconds"),
        ({"service": {"port": 1}}, "service.port"),
    ],
)
def test_mistakes_are_named(root: Path, marks: dict[str, Any], says: str) -> None:
    """With the mend."""
    with pytest.raises(SetupError, match=says):
        plan_of(Request(marks=marks, file=root / "app/x.py", root=root))


def test_settings_of_the_configuration_are_named_too(root: Path) -> None:
    """As what they are."""
    with pytest.raises(SetupError, match="the configuration names an app that is none"):
        plan(root, app="nowhere")


def test_everything_else(root: Path) -> None:
    """Settings of the app, of hubs and of the service in the words of webpubsub.toml."""
    found = plan(
        root,
        settings={"A": "1"},
        hubs={"Chat": {"anonymous": True}},
        service={"recovery_window": 5.0},
        sockets=True,
    )
    assert found.settings == {"A": "1"}
    assert found.hubs["chat"].allow_anonymous
    assert found.service.recovery_window == 5
    assert found.sockets
