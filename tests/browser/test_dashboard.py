"""The dashboard, as developers use it: with the chat of the examples behind it."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, ViewportSize, expect

from tests.browser.contrast import ENOUGH, contrasts
from tests.browser.visitors import Guest, Visitor
from tests.cli.processes import EXAMPLES, Command, StartedApp, free_port
from tests.requirements import requires

pytestmark = [pytest.mark.browser, requires("chromium")]

CHAT = EXAMPLES / "chat"
PHONE: ViewportSize = {"width": 390, "height": 844}
VIEWS = ("Overview", "Traffic", "Refusals", "Connections", "Test clients", "Functions", "Tokens")


@pytest.fixture(scope="module")
def app() -> Iterator[StartedApp]:
    """The chat, in which alice has said something and an attacker was refused."""
    with StartedApp(CHAT) as started:
        started.wait_for("Dashboard:")
        yield started


@pytest.fixture(scope="module")
def talk(browser: Browser, app: StartedApp) -> Iterator[Guest]:
    """Alice, who stays."""
    attacker, alice = (Guest(browser, f"{app.url}/index") for _ in range(2))
    attacker.come_in("attacker")
    expect(attacker.page.get_by_role("alert")).to_contain_text("was refused")
    attacker.leave()
    alice.come_in("alice")
    alice.say("Hello, dashboard!")
    alice.sees("message 1")
    yield alice
    alice.leave()


def _link(app: Command) -> str:
    found = re.search(r"Dashboard: (\S+)", app.output)
    assert found
    return found.group(1)


class Developer(Visitor):
    """Somebody who has opened the link."""

    def __init__(self, browser: Browser, app: Command, **options: Any) -> None:
        super().__init__(browser, _link(app), **options)
        expect(self.page.locator("#status")).to_have_text("Live")

    def open_beside(self, link: str) -> None:
        """Open a link in another tab, close that and look at the page again."""
        tab = self._context.new_page()
        tab.goto(link)
        tab.close()
        self.page.evaluate("dispatchEvent(new Event('focus'))")

    def open(self, view: str) -> None:
        """Go to a view."""
        self.page.get_by_role("navigation").get_by_role("link", name=view).click()
        expect(self.page).to_have_title(re.compile(f"^{view}"))

    @property
    def lines(self) -> Locator:
        """The traffic in sight."""
        return self.page.get_by_role("listbox").get_by_role("option")

    def filter(self, text: str) -> None:
        """Look for something in the traffic."""
        self.page.get_by_role("searchbox", name="Filter").fill(text)


@pytest.fixture
def developer(browser: Browser, app: StartedApp) -> Iterator[Developer]:
    """In front of the page; in the end nothing may have gone wrong there."""
    visitor = Developer(browser, app)
    yield visitor
    visitor.leave()
    assert visitor.problems == []


def test_nothing_has_happened_yet(developer: Developer) -> None:
    """Whoever opens the link first is told how to begin; the token does not stay in the address."""
    page = developer.page
    expect(page.get_by_role("heading", name="Nothing has happened yet")).to_be_visible()
    expect(page.get_by_text("AccessKey=")).to_be_visible()
    expect(page.get_by_role("cell", name="message → function message")).to_be_visible()
    assert "token" not in page.url
    page.reload()
    expect(page.locator("#status")).to_have_text("Live")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_the_link(browser: Browser, app: StartedApp, scheme: str) -> None:
    """The page says how to get in, and nothing else."""
    stranger = Visitor(browser, f"http://127.0.0.1:{app.service_port}/", color_scheme=scheme)
    expect(stranger.page.get_by_role("heading", name="This page needs its link")).to_be_visible()
    expect(stranger.page.get_by_text("Dashboard: …")).to_be_visible()
    assert min(contrasts(stranger.page).values()) >= ENOUGH
    stranger.forgive("401")
    assert "chat" not in stranger.page.content()
    stranger.leave()
    assert stranger.problems == []


def test_one_message_on_its_way(developer: Developer, talk: Guest) -> None:
    """From what alice said to what was delivered, each below what it came of, although the service
    tells of a whole step only when it is done."""
    developer.open("Traffic")
    developer.filter("Hello, dashboard!")
    developer.lines.filter(has_text="Send event message").click()
    details = developer.page.get_by_role("complementary", name="Details")
    steps = details.locator(".waterfall ol > li")
    way = ["Send event message", "Event message", "Function message", "Action: send to all"]
    expect(steps).to_contain_text([*way, "Sent to all", "Delivered to", "Delivered to alice"])
    depths = steps.evaluate_all("all => all.map((one) => one.style.getPropertyValue('--depth'))")
    assert depths == ["0", "1", "2", "3", "4", "5", "1", "2"]
    expect(details.locator("pre").first).to_have_text("Hello, dashboard!")
    steps.filter(has_text="Function message").get_by_role("button").click()
    expect(details).to_contain_text("input request")
    details.get_by_role("button", name="Hex").first.click()
    expect(details.locator("pre").first).to_contain_text("48 65 6c 6c 6f")


def test_looking_for_something(developer: Developer, talk: Guest) -> None:
    """By text, hub and kind; pausing holds the list as it is."""
    developer.open("Traffic")
    page = developer.page
    developer.filter("nobody said this")
    expect(page.get_by_role("heading", name="Nothing fits the filter")).to_be_visible()
    developer.filter("alice")
    expect(developer.lines.first).to_be_visible()
    page.get_by_text("Kinds", exact=True).click()
    for kind in ("Events", "Functions", "Actions", "Operations", "Deliveries", "Connects"):
        page.get_by_role("checkbox", name=kind, exact=True).uncheck()
    expect(developer.lines).to_contain_text(["Send event message"])
    page.get_by_role("button", name="Pause").click()
    talk.say("while it is paused")
    expect(page.get_by_text(re.compile(r"paused, \d+ new"))).to_be_visible()
    developer.filter("while it is paused")
    expect(page.get_by_role("heading", name="Nothing fits the filter")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(developer.lines).to_contain_text(["while it is paused"])
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert "while it is paused" in download.value.path().read_text()


def test_why_the_attacker_was_refused(developer: Developer, talk: Guest) -> None:
    """Each check with what it saw, the one that failed, and the command that says more."""
    developer.open("Refusals")
    refusal = developer.page.locator("details").filter(has_text="handshake.connect.refused").first
    refusal.locator("summary").click()
    expect(refusal).to_contain_text("This name is not welcome here.")
    checks = refusal.get_by_role("list", name="Checks in order").get_by_role("listitem")
    expect(checks.filter(has_text="the alg header")).to_contain_text("passed")
    expect(checks.last).to_contain_text(re.compile("failed|not reached"))
    expect(refusal).to_contain_text("webpubsub explain handshake.connect.refused")


def test_a_client_is_handled_from_the_page(developer: Developer, talk: Guest) -> None:
    """It connects, joins, is sent something, is dropped and comes back, and is closed."""
    page = developer.page
    developer.open("Test clients")
    page.get_by_label("User", exact=True).fill("tester")
    page.get_by_label("Protocol").select_option(label="JSON, reliable")
    page.get_by_role("button", name="Connect", exact=True).click()
    client = page.get_by_role("region", name="Client tester")
    expect(client.get_by_role("status")).to_have_text("connected")
    client.get_by_label("What to ask for").select_option(label="Join group")
    client.get_by_role("button", name="Send").click()
    expect(client.get_by_role("log")).to_contain_text('"success":true')
    client.get_by_role("button", name="Drop").click()
    expect(client.get_by_role("log")).to_contain_text(re.compile(r'connected[\s\S]*"connected"'))
    expect(client.get_by_role("status")).to_have_text("connected")

    developer.open("Connections")
    row = page.locator("details.connection").filter(has_text="tester")
    expect(row).to_contain_text("room")
    page.get_by_label("To whom").select_option(label="User")
    page.get_by_label("Which one").fill("tester")
    page.get_by_label("Message", exact=True).fill("from the server")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Sent.")).to_be_visible()
    row.locator("summary").first.click()
    row.get_by_role("button", name="Close").click()
    expect(row).to_have_count(0)

    developer.open("Test clients")
    expect(client.get_by_role("log")).to_contain_text("from the server")
    expect(client.get_by_role("status")).to_contain_text("closed")


def test_a_client_asks_for_all_that_it_can(developer: Developer) -> None:
    """An invocation is answered, a state shown, and a stream goes from its start to its end."""
    page = developer.page
    developer.open("Test clients")
    page.get_by_label("User", exact=True).fill("asker")
    page.get_by_label("In groups").fill("room")
    page.get_by_label("Protocol").select_option(label="JSON")
    page.get_by_role("button", name="Connect", exact=True).click()
    client = page.get_by_role("region", name="Client asker")
    expect(client.get_by_role("status")).to_have_text("connected")
    asked: list[tuple[str, str | None, str]] = [
        ("Invoke event", "hi", '"type":"invokeResponse","invocationId":"1"'),
        ("Watch states of group", None, '"type":"groupStateSnapshot"'),
        ("Show state in group", "writing", '"state":"writing"'),
        ("Start stream to group", None, '"type":"streamAck","streamId":"stream1"'),
        ("Send part of stream", "one", '"streamSequenceId":1}'),
        ("Send part of stream", '{"two":2}', '"data":{"two":2}'),
        ("End stream", None, '"type":"streamClosed","streamId":"stream1"}'),
    ]
    for what, text, answer in asked:
        client.get_by_label("What to ask for").select_option(label=what)
        if text is not None:
            client.get_by_label("Message", exact=True).fill(text)
        client.get_by_role("button", name="Send").click()
        received = client.get_by_role("log").get_by_role("listitem").filter(has_text="received")
        expect(received.filter(has_text=answer).first).to_be_attached()
    client.get_by_role("button", name="Remove this client").click()


def test_a_client_is_cut_off_from_the_page(developer: Developer) -> None:
    """It has lost its connection, and the traffic tells why; what is wrong is shown until it is
    cleared."""
    page = developer.page
    developer.open("Test clients")
    page.get_by_label("User", exact=True).fill("unlucky")
    page.get_by_label("Protocol").select_option(label="JSON")
    page.get_by_role("button", name="Connect", exact=True).click()
    client = page.get_by_role("region", name="Client unlucky")
    expect(client.get_by_role("status")).to_have_text("connected")

    developer.open("Connections")
    row = page.locator("details.connection").filter(has_text="unlucky")
    row.locator("summary").first.click()
    row.get_by_text("Faults", exact=True).click()
    active = page.get_by_role("region", name="Faults of the service").get_by_role("status")
    row.get_by_role("button", name="Freeze").click()
    expect(active).to_contain_text("freeze: nothing arrives")
    active.get_by_role("button", name="Clear all").click()
    expect(active).to_be_hidden()
    row.get_by_role("button", name="Drop").click()
    expect(row).to_have_count(0)

    developer.open("Traffic")
    developer.filter("Fault: drop")
    expect(developer.lines).to_have_count(1)
    expect(developer.lines).to_contain_text("unlucky")
    developer.open("Test clients")
    expect(client.get_by_role("status")).to_contain_text("closed")


def test_functions_and_their_latest_calls(developer: Developer, talk: Guest) -> None:
    """Each leads to what went in and what came out."""
    developer.open("Functions")
    card = developer.page.locator("section.card").filter(
        has=developer.page.get_by_role("heading", name="message", exact=True)
    )
    card.get_by_role("link", name="succeeded").first.click()
    details = developer.page.get_by_role("complementary", name="Details")
    expect(details).to_contain_text("input request")
    expect(details).to_contain_text("output actions")


def test_what_is_wrong_with_a_token(developer: Developer) -> None:
    """A URL that is made here passes; changed by a letter, it says which check fails."""
    developer.open("Tokens")
    page = developer.page
    page.get_by_role("button", name="Make a URL").click()
    url = page.locator(".copy code").text_content()
    assert url
    inspector = page.get_by_role("form", name="Look at a token")
    for text, verdict in ((url, "is let in"), (url.replace(".", ".A", 4), "is refused")):
        inspector.get_by_role("textbox", name="Token").fill(text)
        inspector.get_by_role("button", name="Check").click()
        expect(inspector.get_by_role("status")).to_contain_text(f"A client with it {verdict}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(
    browser: Browser, app: StartedApp, talk: Guest, scheme: str
) -> None:
    """In every view, in both colour schemes, an opened line included."""
    developer = Developer(browser, app, color_scheme=scheme)
    for view in VIEWS:
        developer.open(view)
        if view == "Traffic":
            developer.filter("refused")
            developer.lines.filter(has_text="Client refused").first.click()
            expect(developer.page.get_by_text("Why it was refused")).to_be_visible()
        if view == "Refusals":
            developer.page.locator("summary").first.click()
            expect(developer.page.get_by_text("Why it was refused")).to_be_visible()
        if view == "Connections":
            for name in ("Faults of the service", "alice", "Faults"):
                developer.page.locator("summary").filter(has_text=name).last.click()
            expect(developer.page.get_by_role("button", name="Freeze")).to_be_visible()
        poor = {text: ratio for text, ratio in contrasts(developer.page).items() if ratio < ENOUGH}
        assert poor == {}, view
    developer.leave()
    assert developer.problems == []


def test_the_colours_can_be_chosen(developer: Developer) -> None:
    """And stay chosen."""
    page = developer.page
    page.get_by_role("button", name="Colours: auto").click()
    page.get_by_role("button", name="Colours: light").click()
    page.reload()
    expect(page.get_by_role("button", name="Colours: dark")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_a_phone_never_scrolls_sideways(browser: Browser, app: StartedApp, talk: Guest) -> None:
    """And what is tapped is large enough."""
    developer = Developer(browser, app, viewport=PHONE, has_touch=True, is_mobile=True)
    page = developer.page
    for view in VIEWS:
        developer.open(view)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], view
        assert page.locator("#view").evaluate("one => one.scrollWidth <= one.clientWidth"), view
    developer.open("Traffic")
    developer.filter("hello, dashboard")
    developer.lines.filter(has_text="Event message").first.tap()
    details = page.get_by_role("complementary", name="Details")
    expect(details).to_contain_text("The way of it")
    close = details.get_by_role("button", name="Close details")
    box = close.bounding_box()
    assert box is not None
    assert box["height"] >= 40
    close.tap()
    expect(details).to_be_hidden()
    developer.leave()
    assert developer.problems == []


def test_a_keyboard_is_enough(developer: Developer, talk: Guest) -> None:
    """From line to line with the arrows, to the filter with a slash, back with Escape."""
    developer.open("Traffic")
    page = developer.page
    page.get_by_role("listbox").focus()
    page.keyboard.press("Home")
    details = page.get_by_role("complementary", name="Details")
    expect(details.get_by_role("heading", name="App serves")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(developer.lines.and_(page.locator("[aria-selected=true]"))).to_have_count(1)
    expect(details.get_by_role("heading", name="App serves")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(details).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Filter")).to_be_focused()


def test_markup_is_text(developer: Developer, talk: Guest) -> None:
    """Whatever clients say."""
    talk.say("<img src=x onerror=\"document.title = 'broken into'\">")
    developer.open("Traffic")
    developer.filter("<img")
    developer.lines.first.click()
    expect(developer.page.locator("pre").first).to_contain_text("<img src=x")
    assert developer.page.locator("main img").count() == 0
    expect(developer.page).to_have_title(re.compile("^Traffic"))


def test_a_service_that_is_started_again(browser: Browser, tmp_path: Path) -> None:
    """The page says at once that it is gone, finds back by itself, and shows what is new. When the
    secret of its cookie is lost, it says so, and goes on as soon as the new link was opened."""
    port, env = free_port(), {"XDG_STATE_HOME": str(tmp_path)}
    with _service(port, env) as service:
        developer = Developer(browser, service)
        page, notice = developer.page, developer.page.locator("#notice")
        developer.open("Traffic")
        assert page.request.get(f"http://127.0.0.1:{port}/api/hubs/chat").status >= 400
        expect(developer.lines).not_to_have_count(0)
        assert service.interrupt() == 0
        expect(notice).to_contain_text("The service does not answer.")
    with _service(port, env) as again:
        expect(notice).to_contain_text("webpubsub was started again")
        expect(page.locator("#status")).to_have_text("Live")
        expect(page.get_by_role("heading", name="It is quiet")).to_be_visible()
        page.get_by_role("button", name="Close", exact=True).click()
        expect(notice).to_be_hidden()
        assert again.interrupt() == 0
    shutil.rmtree(tmp_path / "webpubsub" / "dashboard")
    with _service(port, env) as anew:
        expect(notice).to_contain_text("does not know this browser any more")
        developer.open_beside(_link(anew))
        expect(page.locator("#status")).to_have_text("Live")
        assert anew.interrupt() == 0
    developer.leave()


@contextmanager
def _service(port: int, env: dict[str, str]) -> Iterator[Command]:
    with Command("service", "--port", str(port), env=env) as started:
        started.wait_for("Dashboard:")
        yield started
