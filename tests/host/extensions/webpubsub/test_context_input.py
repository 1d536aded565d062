"""The input of events that come as the request of an HTTP function.

Specification: bindings sections 2.4 and 6.
"""

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from tests.host.extensions.webpubsub.bindings import function, http_request, invocation
from tests.host.extensions.webpubsub.webhook_requests import (
    CONNECT_BODY,
    KEY,
    MQTT,
    ORIGIN,
    request,
)
from webpubsub.functions.contexts import context_from_json
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub import WebPubSubExtension
from webpubsub.host.extensions.webpubsub.accesses import EVERYBODY, Access, AccessList
from webpubsub.host.extensions.webpubsub.context_input import check
from webpubsub.host.metadata import Binding
from webpubsub.host.values import JsonText
from webpubsub.protocol.cloud_events import signature
from webpubsub.protocol.cloud_events.wire import WebhookRequest
from webpubsub.protocol.events import ConnectEventRequest, UserEventRequest

OK = {"body": "", "status": 200, "headers": {}}
KNOWN = AccessList.of([Access(ORIGIN, KEY)])


def accesses(names: Sequence[str]) -> AccessList:
    """The default connection, one without a list, none called X, and two of one host."""
    if "X" in names:
        raise BindingError("the connection 'X' is not set")
    if "TWICE" in names:
        return AccessList.of([Access(ORIGIN, KEY), Access(ORIGIN)])
    return EVERYBODY if "OPEN" in names else KNOWN


def binding(**properties: Any) -> Binding:
    return Binding({"type": "webPubSubContext", "direction": "IN", "name": "wps", **properties})


async def text_of(sent: WebhookRequest | None, **properties: Any) -> str:
    """What the worker is given for a request."""
    value = None if sent is None else http_request(sent)
    extension = WebPubSubExtension(lambda _: None, accesses=accesses)  # type: ignore[arg-type, return-value]
    extension.check(function(), binding(**properties))
    context = msgspec.structs.replace(invocation(), trigger_value=value)
    read = await extension.reader(binding(**properties))(context)
    assert isinstance(read, JsonText)
    return read.text


async def read(sent: WebhookRequest | None, **properties: Any) -> dict[str, Any]:
    """The same, parsed."""
    parsed = json.loads(await text_of(sent, **properties))
    assert isinstance(parsed, dict)
    return parsed


async def context_of(sent: WebhookRequest) -> dict[str, Any]:
    """What the function is told of the connection."""
    about = (await read(sent))["request"]["connectionContext"]
    assert isinstance(about, dict)
    return about


def preflight(*origins: str) -> WebhookRequest:
    return WebhookRequest(
        method="OPTIONS", headers=[("WebHook-Request-Origin", origin) for origin in origins]
    )


async def test_a_valid_event() -> None:
    """The event as the trigger would show it, and what the binding proposes to answer."""
    shown = await read(request())
    event = shown.pop("request")
    assert shown == {
        "response": OK,
        "errorMessage": None,
        "hasError": False,
        "isPreflight": False,
    }
    assert (event["data"], event["dataType"]) == ("hi", "Text")
    assert event["connectionContext"]["headers"]["Content-Type"] == ["text/plain"]


async def test_the_text_is_indented() -> None:
    """As everything the host hands to a worker."""
    assert await text_of(preflight(ORIGIN)) == (
        '{\n  "request": {\n    "isValid": true,\n    "connectionContext": null\n  },\n'
        '  "response": {\n    "body": "",\n    "status": 200,\n    "headers": {\n'
        '      "WebHook-Allowed-Origin": [\n        "*"\n      ]\n    }\n  },\n'
        '  "errorMessage": null,\n  "hasError": false,\n  "isPreflight": true\n}'
    )


@pytest.mark.parametrize(
    ("origins", "properties", "valid"),
    [
        ([ORIGIN], {}, True),
        ([f"x.example,{ORIGIN}"], {}, True),
        (["x.example", ORIGIN], {}, True),
        (["x.example"], {}, False),
        (["x.example"], {"connections": ["OPEN"]}, True),
        (["x.example"], {"connection": "OPEN"}, True),
    ],
)
async def test_preflight(origins: list[str], properties: dict[str, Any], valid: bool) -> None:
    """Allowed or not, with the response to give."""
    shown = await read(preflight(*origins), **properties)
    assert shown["request"] == {"isValid": valid, "connectionContext": None}
    headers = {"WebHook-Allowed-Origin": ["*"]} if valid else {}
    assert shown["response"] == {"body": "", "status": 200 if valid else 400, "headers": headers}
    assert (shown["errorMessage"], shown["hasError"], shown["isPreflight"]) == (None, False, True)


SIGNED = ("ce-signature", signature("c1", [KEY]))
KNOWN_ORIGIN = ("WebHook-Request-Origin", ORIGIN)
MISSING = "Invalid Web PubSub upstream request missing required fields in header."
UNTRUSTED = "Signature validation failed."


@pytest.mark.parametrize(
    ("sent", "properties", "status", "message"),
    [
        (WebhookRequest(method="GET", headers=[]), {}, 400, MISSING),
        (preflight(), {}, 400, MISSING),
        (request(ce_type=None), {}, 400, MISSING),
        (request("connect", CONNECT_BODY, ce_eventName=None), {}, 400, MISSING),
        (request(ce_connectionState="x"), {}, 400, MISSING),
        (request(ce_signature="sha256=ab"), {}, 401, UNTRUSTED),
        (request(origin=None), {}, 401, UNTRUSTED),
        (request(content_type="image/png"), {}, 400, "ContentType is not supported: image/png"),
        (request(), {"connections": ["X"]}, 400, "the connection 'X' is not set"),
        (
            request(),
            {"connections": ["TWICE"]},
            400,
            (
                f"two of its connections have the host '{ORIGIN}'; name one of them, which is "
                "enough for both keys of a resource"
            ),
        ),
        (request(ce_signature="sha256=ab", more=[SIGNED]), {}, 401, UNTRUSTED),
        (request(origin="x.example", more=[KNOWN_ORIGIN]), {}, 401, UNTRUSTED),
        (request("connect", b"{"), {}, 400, "1 bytes: Input data was truncated"),
        (None, {}, 400, "HttpContext is null."),
    ],
)
async def test_errors(
    sent: WebhookRequest | None,
    properties: dict[str, Any],
    status: int,
    message: str,
) -> None:
    """They are part of the value, without a request and with the response to give."""
    assert await read(sent, **properties) == {
        "response": {"body": message, "status": status, "headers": {}},
        "errorMessage": message,
        "hasError": True,
        "isPreflight": False,
    }


async def test_what_is_refused_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """The function may hide it, the log does not."""
    await read(request(origin="x.example"))
    assert "the origin 'x.example'" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"direction": "out"}, "'direction' must be 'in'"),
        ({"connections": "X"}, "'connections' must be an array"),
        ({"connections": [""]}, "none may be empty"),
        ({"connection": 5}, "'connection' must be a string"),
    ],
)
def test_section_2_4_what_is_wrong_with_a_context(properties: dict[str, Any], words: str) -> None:
    """The error names the binding and the property."""
    with pytest.raises(BindingError, match=f"^webPubSubContext 'wps': .*{words}"):
        check(binding(**properties))


async def test_a_system_event_that_is_not_known() -> None:
    """No request, and no error."""
    sent = request("joined", ce_type="azure.webpubsub.sys.joined")
    shown = await read(sent)
    assert shown == {
        "response": OK,
        "errorMessage": None,
        "hasError": False,
        "isPreflight": False,
    }


async def test_what_may_be_missing_is_null() -> None:
    """All but the type, and the name of a system event."""
    sent = request(ce_hub=None, ce_eventName=None, ce_connectionId=None, ce_signature=None)
    context = (await read(sent, connections=["OPEN"]))["request"]["connectionContext"]
    assert [context[name] for name in ("hub", "eventName", "connectionId")] == [None] * 3


async def test_a_get_is_no_validation() -> None:
    """Only OPTIONS is."""
    sent = WebhookRequest(method="GET", headers=[("WebHook-Request-Origin", ORIGIN)])
    assert (await read(sent))["errorMessage"] == MISSING


@pytest.mark.parametrize(
    ("first", "is_mqtt"), [(None, True), ("p1", False)], ids=["mqtt first", "mqtt second"]
)
async def test_who_is_an_mqtt_client(first: str | None, is_mqtt: bool) -> None:
    """The first subprotocol says so, and no other does."""
    about = await context_of(request(ce_subprotocol=first, more=MQTT))
    assert ("physicalConnectionId" in about) is is_mqtt


async def test_who_sent_it() -> None:
    """The user of the connection, if there is one."""
    assert (await context_of(request(ce_userId="ann")))["userId"] == "ann"
    assert (await context_of(request(ce_userId="")))["userId"] is None


async def test_an_mqtt_client() -> None:
    """Its event has the members of MQTT first."""
    body = {**CONNECT_BODY, "mqtt": {"protocolVersion": 4}}
    shown = await read(request("connect", body, more=MQTT))
    assert next(iter(shown["request"])) == "mqtt"
    assert shown["request"]["connectionContext"]["physicalConnectionId"] == "pc"


@pytest.mark.parametrize(
    ("sent", "kind"),
    [(request(), UserEventRequest), (request("connect", CONNECT_BODY), ConnectEventRequest)],
)
async def test_a_typed_function_reads_it(sent: WebhookRequest, kind: type[object]) -> None:
    """The other end of the text."""
    context = context_from_json(await text_of(sent))
    assert isinstance(context.request, kind)
    failed = context_from_json(await text_of(request(ce_type=None)))
    assert (failed.request, failed.response.status, failed.error_message) == (None, 400, MISSING)
    asked = context_from_json(await text_of(preflight(ORIGIN)))
    assert asked.response.to_http_response().headers["WebHook-Allowed-Origin"] == "*"
