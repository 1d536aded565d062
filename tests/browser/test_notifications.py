"""The page of examples/notifications, as people see it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import close
from tests.browser.contrast import ENOUGH, contrasts
from tests.browser.visitors import Visitor
from tests.cli.processes import EXAMPLES, StartedApp
from tests.requirements import requires

pytestmark = [pytest.mark.browser, requires("chromium")]


@pytest.fixture(scope="module")
def app() -> Iterator[StartedApp]:
    """The app; its timer ticks every three seconds."""
    with StartedApp(EXAMPLES / "notifications") as started:
        started.wait_until_ready()
        yield started


def test_notifications_arrive_by_themselves(browser: Browser, app: StartedApp) -> None:
    """Several, newest first, on everybody's screen, and readable in both colour schemes."""
    address = f"{app.url}/index"
    visitors = [
        Visitor(browser, address, color_scheme="light"),
        Visitor(browser, address, color_scheme="dark", viewport={"width": 320, "height": 568}),
    ]
    for visitor in visitors:
        expect(visitor.page.get_by_role("status")).to_have_text("Connected")
    streams = [visitor.page.get_by_role("log").get_by_role("listitem") for visitor in visitors]
    for stream in streams:
        expect(stream.nth(2)).to_be_visible()
    shown = [stream.all_inner_texts()[-3:] for stream in streams]
    assert len({*shown[0]}) == 3
    for visitor, stream in zip(visitors, streams, strict=True):
        times = [text.get_attribute("datetime") or "" for text in stream.locator("time").all()]
        assert times == sorted(times, reverse=True)
        assert {k: v for k, v in contrasts(visitor.page).items() if v < ENOUGH} == {}
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    close(visitors)
