"""The HTTP functions of the app in a test."""

import pytest

from webpubsub.testing import World

pytestmark = pytest.mark.webpubsub(
    app="tests/testing/apps/room", settings={"MY_SETTING": "blue", "WebPubSubHub": "room"}
)


async def test_a_request_and_its_answer(webpubsub: World) -> None:
    """With methods, bodies and headers."""
    answer = await webpubsub.http.post("/api/echo", json={"a": 1}, headers={"X-Other": "x"})
    assert (answer.status, answer.json()) == (200, {"a": 1})
    assert answer.headers["X-KIND"] == "application/json"
    answer = await webpubsub.http.post("/api/echo", data=b"\xff", headers={"Content-Type": "a/b"})
    assert (answer.body, answer.text) == (b"\xff", "�")
    assert answer.headers["x-kind"] == "a/b"
    assert (await webpubsub.http.get("/api/nothing")).status == 404
    assert (await webpubsub.http.put("/api/echo", data="x")).status == 404
    assert (await webpubsub.http.delete("/api/echo")).status == 404
    assert (await webpubsub.http.request("PATCH", "/api/echo")).status == 404


async def test_the_app_sees_the_settings_of_the_test(webpubsub: World) -> None:
    """Like any others."""
    assert (await webpubsub.http.get("/api/settings/MY_SETTING")).text == "blue"


async def test_what_is_asked_for_is_recorded(webpubsub: World) -> None:
    """Requests as the host sees them."""
    await webpubsub.http.get("/api/settings/MY%5FSETTING?x=1")
    (call,) = webpubsub.invocations("settings")
    assert (call.trigger.method, call.trigger.query) == ("GET", {"x": "1"})
    assert call.returned.body == b"blue"
