"""A real Chromium, the one of the machine."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.visitors import Guest, Visitor
from tests.cli.processes import EXAMPLES, StartedApp

Invite: TypeAlias = Callable[..., Guest]

#: Generous, in milliseconds: a machine may be busy with other tests.
expect.set_options(timeout=20_000)


# For one module: while Playwright's event loop runs, no other test of this process can have one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a profile; as root, Chromium has no sandbox of its own."""
    executable = shutil.which("chromium")
    assert executable, "chromium is not installed"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def chat() -> Iterator[StartedApp]:
    """The chat, with nobody in it."""
    with StartedApp(EXAMPLES / "chat") as app:
        app.wait_until_ready()
        yield app


@pytest.fixture
def invite(browser: Browser, chat: StartedApp) -> Iterator[Invite]:
    """Bring somebody to the page of the chat. In the end nothing may have gone wrong there."""
    guests: list[Guest] = []

    def bring(name: str | None = None, **options: Any) -> Guest:
        guest = Guest(browser, f"{chat.url}/index", **options)
        guests.append(guest)
        if name is not None:
            guest.come_in(name)
            expect(guest.status).to_have_text("Connected")
        return guest

    yield bring
    close(guests)


def close(visitors: list[Any]) -> None:
    """All leave; none of them may have met a problem."""
    for visitor in visitors:
        assert isinstance(visitor, Visitor)
        visitor.leave()
    assert [problem for visitor in visitors for problem in visitor.problems] == []
