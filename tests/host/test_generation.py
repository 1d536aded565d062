"""One reading of an app.

What it does with functions, its host is asked about: see test_host.
"""

import pytest

from tests.host.fakes import FakeData, FakeTriggers, function
from tests.host.test_host import App


def test_an_extension_is_found_by_its_class() -> None:
    """Whoever put the app together asks it for what it put in."""
    app = App(function())
    assert app.host.app.extension(FakeTriggers) is app.triggers
    assert app.host.app.extension(FakeData) is app.data
    with pytest.raises(LookupError, match="the app has no str"):
        app.host.app.extension(str)
