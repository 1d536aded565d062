"""ConnectionUsers in front of a page, and what their browsers complain of."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    WebSocket,
    expect,
)

LOOPBACK = {"127.0.0.1", "localhost"}
#: What a desktop shows when nothing else is asked for.
DESKTOP = {"width": 1280, "height": 800}


class Visitor:
    """A person with a browser profile of their own, who sees one page.

    ``problems`` holds whatever a developer would find red in the tools of the browser, and every
    address outside this machine that the page turned to.
    """

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.problems: list[str] = []
        options.setdefault("viewport", DESKTOP)
        self._context = browser.new_context(**options)
        self.page: Page = self._context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", self._error)
        self.page.on("request", self._request)
        self.page.on("websocket", self._websocket)
        self.page.goto(address)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(f"console: {message.text}")

    def _error(self, error: Error) -> None:
        self.problems.append(f"uncaught: {error}")

    def _request(self, request: Request) -> None:
        self._reached(request.url)

    def _websocket(self, socket: WebSocket) -> None:
        self._reached(socket.url)

    def _reached(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "data" and parts.hostname not in LOOPBACK:
            self.problems.append(f"reached: {url}")

    def forgive(self, text: str) -> None:
        """Forget the complaints that speak of ``text``; there must have been one."""
        left = [problem for problem in self.problems if text not in problem]
        assert len(left) < len(self.problems), self.problems
        self.problems = left

    def leave(self) -> None:
        """Close the window."""
        self._context.close()


class Guest(Visitor):
    """Somebody at the page of the chat, who finds things by what they are called."""

    def come_in(self, name: str) -> None:
        """Give a name and press Enter."""
        self.page.get_by_label("Your name").fill(name)
        self.page.keyboard.press("Enter")

    def say(self, text: str) -> None:
        """Write a message and press Enter."""
        self.page.get_by_label("Message", exact=True).fill(text)
        self.page.keyboard.press("Enter")

    def sees(self, text: str, times: int = 1) -> None:
        """Wait until the log has ``text`` so many times."""
        expect(self.log.get_by_text(text, exact=True)).to_have_count(times)

    def sees_here(self, *names: str) -> None:
        """Wait until exactly these are said to be here, in this order."""
        here = self.page.get_by_role("region", name=f"Here now: {len(names)}")
        expect(here.get_by_role("listitem")).to_contain_text(list(names))

    @property
    def log(self) -> Locator:
        """Where messages appear."""
        return self.page.get_by_role("log", name="Messages")

    @property
    def status(self) -> Locator:
        """Where the page says whether it is connected."""
        return self.page.get_by_role("status")
