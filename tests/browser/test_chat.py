"""The page of examples/chat, as people use it."""

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import Invite
from tests.browser.contrast import ENOUGH, contrasts
from tests.cli.processes import EXAMPLES, StartedApp
from tests.requirements import requires

pytestmark = [pytest.mark.browser, requires("chromium")]

PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL_PHONE: ViewportSize = {"width": 320, "height": 568}
#: How Chromium tells that nobody answered, whatever the reason.
UNREACHED = ("console: Failed to load resource", "console: WebSocket connection to")
LONG_WORD = "https://example.com/" + "path/" * 60


def test_two_users_talk(invite: Invite) -> None:
    """Both see each message once; only its sender is told how many there were."""
    alice = invite("alice")
    alice.sees_here("alice (you)")
    bob = invite("bob")
    bob.sees_here("bob (you)", "alice")
    alice.sees("bob joined")
    alice.sees_here("alice (you)", "bob")
    alice.say("Hello, Bob!")
    bob.sees("Hello, Bob!")
    bob.say("Hello, Alice!")
    alice.say("How are you?")
    alice.sees("message 2")
    alice.sees("message 1")
    alice.sees("Hello, Alice!")
    bob.sees("How are you?")
    bob.sees("message 1")
    bob.sees("message 2", times=0)
    bob.leave()
    alice.sees("bob left")
    alice.sees_here("alice (you)")


def test_who_speaks_is_named_once_in_a_row(invite: Invite) -> None:
    """Everyone is named above what they say; what follows at once needs no name again."""
    alice, bob = invite("alice"), invite("bob")
    alice.page.clock.set_fixed_time("2026-01-02T03:04:05")
    bob.say("one")
    bob.say("two")
    alice.say("three")
    bob.sees("three")
    names = alice.log.locator(".said:not(.again) .who")
    expect(names).to_have_text([r"bob, 03:04 AM", r"you, 03:04 AM"])


def test_the_attacker_is_refused(invite: Invite) -> None:
    """The page says so, keeps the name for mending, and lets another name in."""
    guest = invite()
    guest.come_in("attacker")
    expect(guest.page.get_by_role("alert")).to_have_text(
        "“attacker” was refused. Try another name."
    )
    expect(guest.page.get_by_label("Your name")).to_be_focused()
    expect(guest.log).to_be_hidden()
    guest.forgive("WebSocket connection to 'ws://127.0.0.1")
    guest.come_in("friend")
    guest.sees_here("friend (you)")


def test_an_app_that_is_away_is_named_as_the_reason(invite: Invite, chat: StartedApp) -> None:
    """Nobody is told that their name is bad when it is not."""
    guest = invite()
    assert chat.interrupt() == 0
    guest.come_in("alice")
    expect(guest.page.get_by_role("alert")).to_contain_text("The app cannot be reached.")
    guest.forgive("ERR_CONNECTION_REFUSED")


def test_the_page_comes_back_when_the_app_does(invite: Invite, chat: StartedApp) -> None:
    """Nothing is reloaded: what was said stays, what was being written too, and talk goes on."""
    alice, bob = invite("alice"), invite("bob")
    alice.say("before")
    bob.sees("before")
    writing = alice.page.get_by_label("Message", exact=True)
    writing.fill("being written")
    assert chat.interrupt() == 0
    expect(alice.status).to_have_text("Reconnecting…")
    expect(alice.page.get_by_role("button", name="Send")).to_be_disabled()
    writing.press("Enter")
    with StartedApp(EXAMPLES / "chat", port=chat.port, service_port=chat.service_port) as again:
        again.wait_until_ready()
        for guest in (alice, bob):
            expect(guest.status).to_have_text("Connected")
        alice.sees_here("alice (you)", "bob")
        writing.press("Enter")
        bob.sees("being written")
        bob.sees("before")
    for guest in (alice, bob):
        guest.problems = [text for text in guest.problems if not text.startswith(UNREACHED)]


def test_try_now_does_not_wait(invite: Invite, chat: StartedApp) -> None:
    """Who knows that the app is back need not sit out the pause; here it would never end."""
    alice = invite("alice")
    alice.page.clock.install(time=0)
    alice.page.clock.pause_at(1)
    assert chat.interrupt() == 0
    try_now = alice.page.get_by_role("button", name="Try now")
    with StartedApp(EXAMPLES / "chat", port=chat.port, service_port=chat.service_port) as again:
        again.wait_until_ready()
        try_now.click()
        expect(alice.status).to_have_text("Connected")
        expect(try_now).to_be_hidden()


@pytest.mark.parametrize("viewport", [PHONE, SMALL_PHONE], ids=["phone", "small phone"])
def test_a_phone_shows_the_composer_and_never_scrolls_sideways(
    invite: Invite, viewport: ViewportSize
) -> None:
    """However many people there are and however long their words and names."""
    guest = invite("x" * 40, viewport=viewport, has_touch=True, is_mobile=True)
    for name in ("Bartholomew the Second", "y" * 40):
        invite(name).say(LONG_WORD)
    for number in range(8):
        guest.say(f"line {number}")
    guest.say(LONG_WORD)
    guest.sees("message 9")
    assert guest.page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    assert guest.log.evaluate("log => log.scrollWidth <= log.clientWidth")
    composer = guest.page.locator("#write")
    for part in (composer.get_by_role("textbox"), composer.get_by_role("button")):
        expect(part).to_be_in_viewport(ratio=1)
        box = part.bounding_box()
        assert box is not None
        assert box["height"] >= 40
    expect(guest.log.get_by_text("message 9")).to_be_in_viewport()


MARKUP = [
    "<img src=x onerror=\"document.title = 'broken into'\">",
    "<script>document.title = 'broken into'</script>",
    "&lt;b&gt; <b>bold</b>",
    '{"from":"[system]","text":"mallory is an admin"}',
]


def test_text_is_never_more_than_text(invite: Invite) -> None:
    """Neither in a message nor in a name, for the sender or for anybody else."""
    alice, mallory = invite("alice"), invite("<i>mallory</i>")
    for text in MARKUP:
        mallory.say(text)
    for guest in (alice, mallory):
        for text in MARKUP:
            guest.sees(text)
        assert guest.log.locator("img, script, b, i").count() == 0
        expect(guest.page).to_have_title("Chat")
    alice.sees_here("alice (you)", "<i>mallory</i>")
    alice.sees("<i>mallory</i> joined")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(invite: Invite, scheme: str) -> None:
    """Names, faces, notes and buttons have enough contrast in both colour schemes."""
    guest = invite(color_scheme=scheme)
    greeting = contrasts(guest.page)
    assert greeting.keys() >= {"Chat", "Your name", "Come in"}
    guest.come_in("alice")
    guest.sees_here("alice (you)")
    quiet = contrasts(guest.page)
    assert "It is quiet here" in quiet
    for name in ("bob", "carla", "dora", "Ümit"):
        invite(name).say(f"{name} is here")
    guest.say("welcome")
    guest.sees("message 1")
    guest.sees("Ümit is here")
    talk = contrasts(guest.page)
    assert talk.keys() >= {"welcome", "bob is here", "dora joined", "message 1", "Connected", "D"}
    assert {
        text: ratio for text, ratio in (greeting | quiet | talk).items() if ratio < ENOUGH
    } == {}


def test_a_keyboard_is_enough(invite: Invite) -> None:
    """The writing begins without a click, and Tab leads through everything that can be scrolled."""
    guest = invite()
    expect(guest.page.get_by_label("Your name")).to_be_focused()
    guest.page.keyboard.type("alice")
    guest.page.keyboard.press("Tab")
    expect(guest.page.get_by_role("button", name="Come in")).to_be_focused()
    guest.page.keyboard.press("Space")
    writing = guest.page.get_by_label("Message", exact=True)
    expect(writing).to_be_focused()
    guest.page.keyboard.type("no mouse")
    guest.page.keyboard.press("Tab")
    guest.page.keyboard.press("Space")
    guest.sees("no mouse")
    for target in (writing, guest.log, guest.page.get_by_role("region")):
        guest.page.keyboard.press("Shift+Tab")
        expect(target).to_be_focused()


def test_a_reader_who_scrolled_back_is_not_torn_away(invite: Invite) -> None:
    """What is new is announced with a button that leads to it."""
    alice, bob = invite("alice"), invite("bob", viewport={"width": 600, "height": 400})
    for number in range(12):
        alice.say(f"line {number}")
    newer = bob.page.get_by_role("button", name="New messages")
    expect(bob.log.get_by_text("line 11")).to_be_in_viewport()
    bob.log.evaluate("log => { log.scrollTop = 0; }")
    expect(bob.log.get_by_text("line 11")).not_to_be_in_viewport()
    expect(newer).to_be_hidden()
    alice.say("the latest")
    expect(newer).to_be_visible()
    expect(bob.log.get_by_text("the latest")).not_to_be_in_viewport()
    newer.click()
    expect(bob.log.get_by_text("the latest")).to_be_in_viewport()
    expect(newer).to_be_hidden()
