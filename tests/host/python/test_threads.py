"""How many threads run functions. Specification: functions-python section 8.1."""

import pytest

from webpubsub.host.python.threads import thread_count

SETTING = "PYTHON_THREADPOOL_THREAD_COUNT"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, 1000), ({SETTING: "1"}, 1), ({SETTING: " 20 "}, 20)],
)
def test_the_setting_decides(environment: dict[str, str], expected: int) -> None:
    """Without it there are as many as the real host presets."""
    assert thread_count(environment) == expected


@pytest.mark.parametrize("text", ["0", "-1", "many", "", "1.5"])
def test_a_wrong_setting_is_told(text: str, caplog: pytest.LogCaptureFixture) -> None:
    """Python's own default is used, with a warning that names the setting."""
    assert thread_count({SETTING: text}) is None
    assert SETTING in caplog.text
