"""The HTTP extension.

Specification: functions-python sections 5 and 9.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from tests.host.extensions.http.serving import (
    Recorder,
    config_of,
    http_function,
    returning,
    serving,
)
from tests.host.extensions.http.talking import Client
from webpubsub.host.extension import BindingError, InvocationContext, TriggerCall
from webpubsub.host.extensions.http import HttpExtension
from webpubsub.host.extensions.http.listener import Listener
from webpubsub.host.metadata import Binding
from webpubsub.host.values import HttpRequestData
from webpubsub.host.worker import InvocationResult


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.1", "http://localhost:7071/api/items/{id:int?}"),
        ("0.0.0.0", "http://localhost:7071/api/items/{id:int?}"),
        ("::", "http://localhost:7071/api/items/{id:int?}"),
        ("::1", "http://localhost:7071/api/items/{id:int?}"),
        ("192.0.2.1", "http://192.0.2.1:7071/api/items/{id:int?}"),
        ("2001:db8::1", "http://[2001:db8::1]:7071/api/items/{id:int?}"),
    ],
)
def test_the_address_of_a_function_is_shown_with_its_template(address: str, url: str) -> None:
    """This machine is called localhost, and methods are in upper case."""
    extension = HttpExtension(config_of(), listener=Listener(address, 7071))
    function = http_function("f", route="items/{id:int?}", methods=["get", "POST"])
    assert extension.url_of(function) == url
    assert extension.methods_of(function) == ("GET", "POST")


@pytest.mark.parametrize(
    ("binding", "message"),
    [
        ({"type": "httpTrigger", "name": "req", "route": "{id"}, "no closing"),
        ({"type": "http", "name": "req", "direction": "in"}, "must have 'out'"),
    ],
)
def test_a_wrong_binding_is_refused_when_the_app_is_indexed(
    binding: Mapping[str, Any], message: str
) -> None:
    """Triggers and outputs are checked before anything is attached."""
    extension = HttpExtension(config_of(), listener=Listener("127.0.0.1", 0))
    with pytest.raises(BindingError, match=message):
        extension.check(http_function("f"), Binding(binding))


def test_right_bindings_are_accepted() -> None:
    """Both bindings of an ordinary HTTP function pass."""
    extension = HttpExtension(config_of(), listener=Listener("127.0.0.1", 0))
    for binding in http_function("f").bindings:
        extension.check(http_function("f"), binding)


def test_a_taken_route_is_refused_when_a_function_is_attached() -> None:
    """The second function is in error, and the first one serves."""
    extension = HttpExtension(config_of(), listener=Listener("127.0.0.1", 0))
    extension.attach(http_function("a", route="x"), returning("x"))
    with pytest.raises(BindingError, match="taken by function 'a'"):
        extension.attach(http_function("b", route="x"), returning("x"))


def test_section_9_a_route_has_no_settings(caplog: pytest.LogCaptureFixture) -> None:
    """Nor has any other property; who writes a percent sign there is told what comes of it."""
    assert HttpExtension.binding_types == {"httpTrigger": set(), "http": set()}
    extension = HttpExtension(config_of(), listener=Listener("127.0.0.1", 0))
    extension.attach(http_function("plain", route="items"), returning("x"))
    assert not caplog.messages
    extension.attach(http_function("odd", Route="a%20b"), returning("x"))
    assert "The route 'a%20b' of function 'odd' is taken as it is written" in caplog.text
    assert "'%NAME%', and '%20' fits no space" in caplog.text


async def test_an_output_that_is_no_response_fails_the_invocation() -> None:
    """The pipeline learns of it where it writes outputs."""
    extension = HttpExtension(config_of(), listener=Listener("127.0.0.1", 0))
    function = http_function("f")
    context = InvocationContext(
        invocation_id="i", function=function, trigger_value=None, binding_data={}
    )
    await extension.write(function.bindings[1], "fine", context)
    with pytest.raises(BindingError, match="must be a number"):
        await extension.write(function.bindings[1], '{"body":"","status":"x"}', context)


def test_a_call_by_hand_is_a_post_request() -> None:
    """With the text as its body."""
    extension = HttpExtension(config_of(), listener=Listener("127.0.0.1", 7071))
    value = extension.manual_call(http_function("f"), "caf\u00e9").value
    assert isinstance(value, HttpRequestData)
    assert (value.method, value.url) == ("POST", "http://localhost:7071/api/f")
    assert value.body == "caf\u00e9".encode()


async def test_the_app_that_comes_next_takes_the_listener_over() -> None:
    """What stops then is the app, and not the port."""
    async with serving((http_function("f"), returning("old"))) as (session, extension):
        listener = extension._listener
        following = HttpExtension(config_of(), listener=listener)
        following.attach(http_function("f"), returning("new"))
        following.open()
        await extension.stop()
        assert await (await session.get("/api/f")).text() == "new"
        await following.stop()


async def test_who_came_before_the_next_app_is_answered_by_the_old_one() -> None:
    """Which does not end before all who wait for their turns have begun there."""
    listener, old = Listener("127.0.0.1", 0, listens=False), Recorder()
    extensions = [HttpExtension(config_of(), listener=listener) for _ in range(2)]
    for extension, act in zip(extensions, (old, returning("new")), strict=True):
        extension.attach(http_function("f"), act)
    await extensions[0].start()
    extensions[0].open()
    clients = [Client(listener) for _ in range(20)]
    for client in clients:
        client.transport.write(b"POST /api/f HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
    while not old.calls:  # noqa: ASYNC110
        await asyncio.sleep(0)
    extensions[1].open()
    await extensions[0].stop()
    assert len(old.calls) == len(clients)
    for client in clients:
        assert (await client.hear()).endswith(b"\r\n\r\nhi")
    await extensions[1].stop()


async def test_stopping_gives_up_on_requests_that_do_not_finish(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A function that never returns does not keep the host alive."""
    caplog.set_level(logging.CRITICAL, "aiohttp.server")
    begun = asyncio.Event()

    async def forever(call: TriggerCall) -> InvocationResult:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    extension = HttpExtension(config_of(), listener=Listener("127.0.0.1", 0), stop_seconds=0.05)
    extension.attach(http_function("f"), forever)
    await extension.start()
    extension.open()
    _, writer = await asyncio.open_connection("127.0.0.1", extension.port)
    writer.write(b"GET /api/f HTTP/1.1\r\nHost: h\r\n\r\n")
    await begun.wait()
    async with asyncio.timeout(5):
        await extension.stop()
    writer.close()
