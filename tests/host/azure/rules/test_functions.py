"""Functions that run nowhere. Specification: functions-python sections 1 and 3.5."""

from pathlib import Path

from tests.host.azure.apps import TRIGGER, app, function, seen
from webpubsub.host.azure.rules.functions import RULES


def test_a_broken_app(tmp_path: Path) -> None:
    """Why, in one place."""
    broken = app(tmp_path, problem="function_app.py has no function app.")
    assert seen(RULES, "app.broken", broken) == [
        (str(tmp_path), "function_app.py has no function app.")
    ]
    assert not seen(RULES, "app.broken", app(tmp_path))


def test_functions_in_error(tmp_path: Path) -> None:
    """Those alone, with what is wrong."""
    functions = [function("a", TRIGGER), function("b", TRIGGER, error="Wrong.")]
    assert seen(RULES, "function.error", app(tmp_path, functions)) == [
        ("function_app.py, function b", "Wrong.")
    ]
