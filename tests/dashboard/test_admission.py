"""Who may see the page: every way in that is closed."""

from collections.abc import AsyncIterator, Mapping

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from tests.dashboard.world import World, running_world
from webpubsub.dashboard.admission import Admission, Verdict
from webpubsub.dashboard.cookies import LIFETIME, Cookies

HERE = "127.0.0.1:8080"
PAGE = "/dashboard/"
STATE = "/dashboard/api/state"
NOW = 1_700_000_000.0
COOKIES = Cookies(b"secret", lambda: NOW)
COOKIE = f"webpubsub-dashboard-8080={COOKIES.make(HERE)}"


def _verdict(
    path: str, headers: Mapping[str, str], method: str = "GET", public: str | None = None
) -> Verdict:
    request = make_mocked_request(method, path, headers={"Host": HERE, **headers})
    return Admission(public, token="right", cookies=COOKIES).verdict(request)


def test_the_link_lets_in_once() -> None:
    """Then the cookie does."""
    assert _verdict(f"{PAGE}?token=right", {}) is Verdict.WELCOME
    assert _verdict(PAGE, {"Cookie": COOKIE}) is Verdict.ADMITTED
    assert _verdict(STATE, {"Cookie": f"a=b; {COOKIE}"}) is Verdict.ADMITTED


@pytest.mark.parametrize("token", ["", "wrong", "righ", "right%00", "r%C3%BCght", "right2"])
def test_another_token_does_not(token: str) -> None:
    """Nor does one lead past the gate as a cookie."""
    assert _verdict(f"{PAGE}?token={token}", {}) is Verdict.STRANGER
    for cookie in (token, "right"):
        headers = {"Cookie": f"webpubsub-dashboard-8080={cookie}"}
        assert _verdict(PAGE, headers) is Verdict.STRANGER


OTHER_COOKIES = [
    "",
    "right",
    "[=;",
    "\x7f=1",
    COOKIE.replace("8080", "8081"),
    f"webpubsub-dashboard-8080={COOKIES.make('127.0.0.1:8081')}",
    f"webpubsub-dashboard-8080={Cookies(b'another', lambda: NOW).make(HERE)}",
]


@pytest.mark.parametrize("cookie", OTHER_COOKIES)
def test_other_cookies(cookie: str) -> None:
    """Of other ports, of other users and of nobody are those of strangers."""
    assert _verdict(PAGE, {"Cookie": cookie}) is Verdict.STRANGER


def test_without_a_kept_secret_cookies_are_good_for_one_start() -> None:
    """Each start has its own."""
    request = make_mocked_request("GET", PAGE, headers={"Host": HERE})
    response = web.Response()
    first, second = Admission(), Admission()
    first.give_cookie(request, response)
    [cookie] = response.cookies.values()
    returning = make_mocked_request(
        "GET", PAGE, headers={"Host": HERE, "Cookie": f"{cookie.key}={cookie.value}"}
    )
    assert first.verdict(returning) is Verdict.ADMITTED
    assert second.verdict(returning) is Verdict.STRANGER


def test_the_token_is_for_the_page_alone() -> None:
    """A link to something else with the token in it is nobody's."""
    assert _verdict(f"{STATE}?token=right", {}) is Verdict.STRANGER
    assert _verdict(f"{PAGE}?token=right", {"Origin": f"http://{HERE}"}, "POST") is Verdict.STRANGER


@pytest.mark.parametrize(
    ("host", "verdict"),
    [
        ("127.0.0.1:8080", Verdict.ADMITTED),
        ("[::1]:8080", Verdict.ADMITTED),
        ("192.168.1.7:8080", Verdict.ADMITTED),
        ("localhost:8080", Verdict.ADMITTED),
        ("LOCALHOST:8080", Verdict.ADMITTED),
        ("chat.example.com:8080", Verdict.ADMITTED),
        ("evil.example.com:8080", Verdict.FOREIGN),
        ("127.0.0.1.evil.example.com:8080", Verdict.FOREIGN),
        ("localhost.evil.example.com:8080", Verdict.FOREIGN),
        ("", Verdict.FOREIGN),
        ("[::1", Verdict.FOREIGN),
        ("user@evil.example.com:8080", Verdict.FOREIGN),
    ],
)
def test_names_that_are_made_to_point_here(host: str, verdict: Verdict) -> None:
    """A page of theirs would be of the same origin, so only names of the service are taken (DNS
    rebinding)."""
    cookie = f"webpubsub-dashboard-8080={COOKIES.make(host)}"
    headers = {"Host": host, "Cookie": cookie}
    assert _verdict(STATE, headers, public="chat.example.com") is verdict


@pytest.mark.parametrize(
    ("origin", "verdict"),
    [
        (f"http://{HERE}", Verdict.ADMITTED),
        (f"https://{HERE}", Verdict.ADMITTED),
        (None, Verdict.FOREIGN),
        ("null", Verdict.FOREIGN),
        ("http://127.0.0.1:7071", Verdict.FOREIGN),
        ("http://127.0.0.1", Verdict.FOREIGN),
        ("http://evil.example.com", Verdict.FOREIGN),
        (f"ftp://{HERE}", Verdict.FOREIGN),
        ("http://[::1", Verdict.FOREIGN),
    ],
)
def test_only_the_page_itself_may_change_anything(origin: str | None, verdict: Verdict) -> None:
    """Browsers send an Origin with everything that might; another port is another origin."""
    headers = {"Cookie": COOKIE} | ({} if origin is None else {"Origin": origin})
    assert _verdict("/dashboard/api/operation", headers, "POST") is verdict


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_may_lead_here_and_no_more(site: str) -> None:
    """A link to the page may stand anywhere; its data may not be asked for from elsewhere."""
    headers = {"Cookie": COOKIE, "Sec-Fetch-Site": site}
    assert _verdict(STATE, headers) is Verdict.FOREIGN
    assert _verdict(f"{PAGE}main.js", headers) is Verdict.FOREIGN
    assert _verdict(f"{PAGE}?token=right", headers) is Verdict.WELCOME
    assert _verdict(PAGE, headers) is Verdict.ADMITTED


def test_every_start_has_a_token_of_its_own() -> None:
    """Which nobody can guess."""
    first, second = Admission().token, Admission().token
    assert first != second
    assert len(first) >= 32


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Somebody before the page."""
    async with running_world() as running:
        yield running


async def test_the_cookie_is_for_the_page_alone(world: World) -> None:
    """Cookies know no ports, so it must not go to the apps beside the service; nor to scripts or
    other sites."""
    answer = await world.come_in()
    assert answer.status == 200
    [cookie] = answer.cookies.values()
    assert cookie["path"] == PAGE
    assert cookie["samesite"] == "Strict"
    assert cookie["httponly"]
    assert cookie["max-age"] == str(LIFETIME)
    assert world.dashboard.link.rpartition("=")[2] not in cookie.value
    assert (await world.get(STATE)).status == 200


PATHS = [
    PAGE,
    f"{PAGE}index.html",
    f"{PAGE}main.js",
    f"{PAGE}style.css",
    STATE,
    f"{PAGE}api/live",
    f"{PAGE}api/entry?id=1",
    f"{PAGE}nowhere",
]


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_is_served_without_the_token(world: World, path: str) -> None:
    """Except how to get in, and what that looks like."""
    answer = await world.get(path, {"Accept": "text/html"})
    assert answer.status == 401
    assert "Dashboard:" in answer.text
    answer = await world.get(path)
    assert answer.status == 401
    assert answer.json == {"error": "Open the link that webpubsub printed when it started."}
    foreign = await world.get(path, {"Host": "evil.example.com"})
    assert foreign.status == 403


@pytest.mark.parametrize("name", ["gate.css", "icon.svg"])
async def test_what_the_gate_looks_like(world: World, name: str) -> None:
    """Everybody on this machine may see."""
    assert (await world.get(f"{PAGE}{name}")).status == 200
    assert (await world.get(f"{PAGE}{name}", {"Host": "evil.example.com"})).status == 403
