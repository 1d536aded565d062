"""The dashboard of what is started, as a user would."""

import re
import urllib.request

import pytest

from tests.cli.processes import EXAMPLES, Command, StartedApp, free_port


def _page(link: str) -> str:
    with urllib.request.urlopen(link, timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def _link(output: str) -> str:
    found = re.search(r"^Dashboard: (\S+)$", output, re.MULTILINE)
    assert found
    return found.group(1)


def test_the_link_of_a_service() -> None:
    """Is printed, and leads to the page."""
    port = str(free_port())
    with Command("service", "--port", port) as service:
        link = _link(service.wait_for("Dashboard:"))
        assert link.startswith(f"http://127.0.0.1:{port}/dashboard/?token=")
        assert "main.js" in _page(link)
        assert service.interrupt() == 0


def test_the_link_of_an_app() -> None:
    """Likewise."""
    with StartedApp(EXAMPLES / "chat") as app:
        assert "main.js" in _page(_link(app.wait_for("Dashboard:")))
        assert app.interrupt() == 0


@pytest.mark.parametrize(
    ("flags", "there"),
    [
        (["--no-dashboard"], False),
        (["--address", "0.0.0.0"], False),
        (["--address", "0.0.0.0", "--dashboard"], True),
    ],
    ids=["turned off", "open to others", "asked for"],
)
def test_others_cannot_reach_it_unless_that_is_wanted(flags: list[str], there: bool) -> None:
    """Nor is it there when nobody wants it."""
    with Command("service", "--port", str(free_port()), *flags) as service:
        output = service.wait_for("Events of clients have no handler")
        assert ("Dashboard:" in output) is there
        assert service.interrupt() == 0
