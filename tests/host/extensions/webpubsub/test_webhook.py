"""The webhook of the extension.

Specification: bindings sections 2.2, 3.1 to 3.7, 4.5, 5.1 and 5.8.
"""

import asyncio
import json
import logging
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.host.extensions.webpubsub.bindings import (
    RecordingFunction,
    context_input,
    function,
    http,
    opened,
    output,
    trigger,
)
from tests.host.extensions.webpubsub.webhook_requests import (
    CONNECT_BODY,
    KEY,
    MQTT,
    ORIGIN,
    request,
)
from tests.host.looking import looking
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub.accesses import EVERYBODY, Access, AccessList
from webpubsub.host.extensions.webpubsub.extension import WebPubSubExtension
from webpubsub.host.metadata import Binding
from webpubsub.host.observation import (
    DeliveryAnswered,
    DeliveryReceived,
    ObservationPoint,
)
from webpubsub.host.values import JsonText, Value
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol.cloud_events.wire import WebhookAnswer, WebhookRequest
from webpubsub.protocol.events import UserEventRequest
from webpubsub.protocol.refusals import RefusalKind, deliveries

KNOWN = AccessList.of([Access(ORIGIN, KEY)])
LISTS = {"OTHER": AccessList.of([Access("other.example", KEY)]), "OPEN": EVERYBODY}
FAILURE = FunctionFailure(type="ValueError", message="a secret", stack_trace="")


def system(name: str, **properties: Any) -> Binding:
    return trigger(eventType="system", eventName=name, **properties)


EVERY = (trigger(), system("connect"), system("connected"), system("disconnected"))


async def running(
    called: RecordingFunction,
    *bindings: Binding,
    default: AccessList = KNOWN,
    point: ObservationPoint | None = None,
) -> WebPubSubExtension:
    """An extension with one function per binding."""

    def accesses(names: Any) -> AccessList:
        if not names:
            return default
        if names[0] not in LISTS:
            raise BindingError(f"the connection '{names[0]}' is not set")
        return LISTS[names[0]]

    extension = WebPubSubExtension(
        lambda _: None,  # type: ignore[arg-type, return-value]
        accesses=accesses,
        point=point,
    )
    return await opened(extension, called, bindings)


def validation(*origins: str, method: str = "OPTIONS") -> WebhookRequest:
    """What a service asks before it sends anything."""
    return WebhookRequest(
        method=method, headers=[("WebHook-Request-Origin", origin) for origin in origins]
    )


ALLOWED = WebhookAnswer(status=200, headers=[("WebHook-Allowed-Origin", "*")])
NOT_ALLOWED = WebhookAnswer(status=400)


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
@pytest.mark.parametrize(
    ("bindings", "origins", "answer"),
    [
        ([trigger()], [ORIGIN], ALLOWED),
        ([trigger()], [f"x.example, {ORIGIN}"], ALLOWED),
        ([trigger()], ["x.example", ORIGIN], ALLOWED),
        ([trigger()], ["x.example"], NOT_ALLOWED),
        ([trigger()], [], NOT_ALLOWED),
        ([trigger()], [""], NOT_ALLOWED),
        ([trigger(connections=["OTHER"])], [ORIGIN], NOT_ALLOWED),
        ([trigger(connections=["OTHER"])], ["other.example"], ALLOWED),
        ([trigger(connection="OTHER")], ["other.example"], ALLOWED),
        ([trigger(connections=["OTHER"], connection="OPEN")], ["x.example"], NOT_ALLOWED),
        ([trigger(connections=[], connection="OTHER")], ["other.example"], ALLOWED),
        ([trigger(), system("connect", connections=["OTHER"])], ["other.example"], ALLOWED),
        ([trigger(), system("connect", connections=["OPEN"])], ["x.example"], ALLOWED),
    ],
)
async def test_section_3_3_abuse_protection(
    method: str, bindings: list[Binding], origins: list[str], answer: WebhookAnswer
) -> None:
    """Any function that takes events from any of the hosts is enough; its own connections come
    before the default one."""
    called = RecordingFunction()
    extension = await running(called, *bindings)
    assert await extension.receive(validation(*origins, method=method)) == answer
    assert called.calls == []


@pytest.mark.parametrize("sent", [validation(ORIGIN), request(), request(method="GET")])
async def test_section_3_1_an_app_without_such_bindings_has_no_webhook(
    sent: WebhookRequest,
) -> None:
    """As where the extension is not loaded."""
    extension = await running(RecordingFunction())
    assert await extension.receive(sent) == WebhookAnswer(status=404)


async def test_section_3_3_without_a_trigger_nobody_is_allowed() -> None:
    """An app that only sends takes no events."""
    extension = await running(RecordingFunction())
    extension.check(function(trigger()), output())
    assert await extension.receive(validation(ORIGIN)) == NOT_ALLOWED


async def test_section_3_1_a_context_alone_has_a_webhook() -> None:
    """The extension is there, and no trigger allows anybody."""
    extension = await running(RecordingFunction())
    binding = context_input()
    extension.check(function(http(), binding), binding)
    assert await extension.receive(validation(ORIGIN)) == NOT_ALLOWED


REFUSED: list[tuple[RefusalKind, WebhookRequest]] = [
    (deliveries.ORIGIN_MISSING, validation()),
    (deliveries.ORIGIN_MISSING, validation("")),
    (deliveries.ORIGIN_NOT_ALLOWED, validation("x.example")),
    # Every check comes before those below it.
    (deliveries.HEADERS_INVALID, request(ce_hub=None, ce_type=None, method="PUT")),
    (deliveries.NO_FUNCTION, request(ce_hub="other", ce_signature="x", method="PUT")),
    (deliveries.NO_FUNCTION, request(ce_eventName="other")),
    (deliveries.NO_FUNCTION, request(ce_type="azure.webpubsub.sys.message")),
    (deliveries.NOT_TRUSTED, request(ce_signature=None, method="PUT", content_type="x/y")),
    (deliveries.NOT_TRUSTED, request(origin="x.example")),
    (deliveries.METHOD_WRONG, request(method="PUT", content_type="x/y")),
    (deliveries.METHOD_WRONG, request(method="DELETE")),
    (deliveries.BODY_INVALID, request("connect", {})),
    (deliveries.BODY_INVALID, request("disconnected", {})),
]


@pytest.mark.parametrize(("kind", "sent"), REFUSED)
async def test_section_3_2_what_is_turned_away(
    kind: RefusalKind, sent: WebhookRequest, caplog: pytest.LogCaptureFixture
) -> None:
    """In the order of the checks, with an empty body, and with the reason in the log."""
    called = RecordingFunction()
    extension = await running(called, *EVERY)
    assert await extension.receive(sent) == WebhookAnswer(status=kind.http_status or 0)
    assert f"{kind.code}: checked " in caplog.text
    assert KEY not in caplog.text
    assert called.calls == []


#: What fails each check, in their order.
FAULTS: list[tuple[RefusalKind, dict[str, Any]]] = [
    (deliveries.HEADERS_INVALID, {"ce_type": None}),
    (deliveries.NO_FUNCTION, {"ce_hub": "other"}),
    (deliveries.NOT_TRUSTED, {"ce_signature": "sha256=00"}),
    (deliveries.METHOD_WRONG, {"method": "PUT"}),
    (deliveries.CONTENT_TYPE_UNKNOWN, {"content_type": "image/png"}),
]


@pytest.mark.parametrize(("first", "second"), list(combinations(FAULTS, 2)))
async def test_section_3_2_of_two_faults_the_first_answers(
    first: tuple[RefusalKind, dict[str, Any]],
    second: tuple[RefusalKind, dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whichever comes earlier among the checks."""
    extension = await running(RecordingFunction(), *EVERY)
    answer = await extension.receive(request(**first[1], **second[1]))
    assert answer == WebhookAnswer(status=first[0].http_status or 0)
    assert f"{first[0].code}: checked " in caplog.text
    assert second[0].code not in caplog.text


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
async def test_section_3_2_a_validation_looks_at_nothing_else(method: str) -> None:
    """Neither at the headers of an event nor at a signature."""
    extension = await running(RecordingFunction(), *EVERY)
    sent = request("connect", {}, method=method, ce_signature="x", ce_hub="other", ce_type=None)
    assert await extension.receive(sent) == ALLOWED


HEADERS = [name for name, _ in request(more=MQTT).headers]
HEADERS += ["ce-userId", "ce-connectionState", "ce-id", "ce-time", "traceparent", "x-other"]
VALUES = st.text() | st.sampled_from(
    ["chat", "connect", "message", "azure.webpubsub.sys.connect", "mqtt", "e30=", ORIGIN, ",, "]
)


@given(
    sent=st.sampled_from(
        [
            request("connect", CONNECT_BODY, more=MQTT),
            request("disconnected", {"reason": None}),
            request("connected"),
            request(),
        ]
    ),
    left_out=st.sets(st.sampled_from(HEADERS), max_size=2),
    more=st.lists(st.tuples(st.sampled_from(HEADERS), VALUES), max_size=3),
    method=st.sampled_from(["POST", "PUT", "DELETE", "OPTIONS", "GET"]),
    body=st.none() | st.binary(),
)
@settings(deadline=None)
def test_section_3_2_whatever_is_sent_is_answered(
    sent: WebhookRequest,
    left_out: set[str],
    more: list[tuple[str, str]],
    method: str,
    body: bytes | None,
) -> None:
    """With one of the statuses of the reference, and never with a failure of our own."""
    headers = [pair for pair in sent.headers if pair[0] not in left_out]
    sent = WebhookRequest(
        method=method, headers=[*headers, *more], body=sent.body if body is None else body
    )

    async def receive() -> WebhookAnswer:
        extension = await running(RecordingFunction(), *EVERY)
        return await extension.receive(sent)

    assert asyncio.run(receive()).status in (200, 400, 401, 404)


async def test_section_3_7_a_content_type_that_is_not_supported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The one refusal with a body."""
    extension = await running(RecordingFunction(), *EVERY)
    answer = await extension.receive(request(content_type="Image/PNG; a=b"))
    assert answer.status == 400
    assert answer.body == (
        b"Message data only supports text, binary, json. Current value is: image/png"
    )
    assert "delivery.content-type: checked " in caplog.text


def test_every_refusal_is_met() -> None:
    """By one of the tests above."""
    kinds = {kind.code for kind in vars(deliveries).values() if isinstance(kind, RefusalKind)}
    met = {kind.code for kind, _ in REFUSED}
    assert kinds - met == {"delivery.content-type"}


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        (request("message"), 0),
        (request("message", ce_hub="CHAT", ce_eventName="Message"), 0),
        (request("message", more=MQTT), 1),
        (request("hello"), 2),
        (request("hello", more=MQTT), 2),
        (request("only"), None),
        (request("only", more=MQTT), 3),
    ],
)
async def test_section_3_5_routing(sent: WebhookRequest, number: int | None) -> None:
    """A function for the kind of client comes before one for all; letter case does not matter."""
    bindings = (
        trigger(clientProtocols="all"),
        trigger(clientProtocols="mqtt"),
        trigger(eventName="hello"),
        trigger(eventName="only", clientProtocols=2),
    )
    called = [RecordingFunction() for _ in bindings]
    extension = await running(RecordingFunction())
    for one, binding in zip(called, bindings, strict=True):
        extension.check(function(binding), binding)
        extension.attach(function(binding), one)
    answer = await extension.receive(sent)
    assert answer.status == (404 if number is None else 200)
    assert [len(one.calls) for one in called] == [int(i == number) for i in range(len(bindings))]


async def test_section_3_6_without_a_list_everybody_is_heard(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And whoever starts the app is told so, loudly."""
    with caplog.at_level(logging.WARNING):
        extension = await running(RecordingFunction(), trigger(), default=EVERYBODY)
    assert "ANYBODY who reaches the webhook can call f0" in caplog.text
    sent = request(ce_signature=None, origin="x.example")
    assert (await extension.receive(sent)).status == 200


async def test_a_list_brings_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    """All is well."""
    await running(RecordingFunction(), *EVERY)
    assert caplog.text == ""


async def test_section_2_2_a_connection_that_is_not_set() -> None:
    """The function is in error when it is taken on."""
    with pytest.raises(BindingError, match=r"^webPubSubTrigger 'request': the connection 'NONE'"):
        await running(RecordingFunction(), trigger(connections=["NONE"]))


@pytest.mark.parametrize(
    ("sent", "parameter", "wire"),
    [
        (request(body=b"\xff!", content_type="application/octet-stream"), "data", "\ufffd!"),
        (request("disconnected", {"reason": "bye"}), "reason", "bye"),
        (request("connected", b"not read"), "data", None),
        (request("connect", CONNECT_BODY), "subprotocols", '[\n  "p1"\n]'),
    ],
)
async def test_section_4_what_the_function_receives(
    sent: WebhookRequest, parameter: str, wire: str | None
) -> None:
    """The event, as in process."""
    called = RecordingFunction()
    bindings = [Binding({**binding.raw, "name": parameter}) for binding in EVERY]
    extension = await running(called, *bindings)
    assert (await extension.receive(sent)).status == 200
    assert called.calls[0].value.wire == wire  # type: ignore[union-attr]


PROPERTIES = [{"name": "a", "value": "b"}]
CONNECT_PACKET = {
    "protocolVersion": 5,
    "username": "u",
    "password": "cA==",
    "userProperties": PROPERTIES,
}
LEFT = {
    "initiatedByClient": False,
    "disconnectPacket": {"code": 128, "userProperties": PROPERTIES},
}


@pytest.mark.parametrize(
    ("sent", "own"),
    [
        (
            request("connect", {**CONNECT_BODY, "mqtt": CONNECT_PACKET}, more=MQTT),
            {"mqtt": CONNECT_PACKET, **CONNECT_BODY, "subprotocols": ["mqtt"]},
        ),
        (
            request("connect", {**CONNECT_BODY, "mqtt": {"protocolVersion": 4}}, more=MQTT),
            {
                "mqtt": {**dict.fromkeys(CONNECT_PACKET), "protocolVersion": 4},
                **CONNECT_BODY,
                "subprotocols": ["mqtt"],
            },
        ),
        (request("connected", more=MQTT), {}),
        (
            request("disconnected", {"reason": "r", "mqtt": LEFT}, more=MQTT),
            {"mqtt": LEFT, "reason": "r"},
        ),
        (
            request(
                "disconnected",
                {"mqtt": {**LEFT, "disconnectPacket": None}, "reason": None},
                more=MQTT,
            ),
            {"mqtt": {**LEFT, "disconnectPacket": None}, "reason": None},
        ),
        (request(more=MQTT), {"data": "hi", "dataType": "Text"}),
    ],
)
async def test_section_4_5_what_is_received_of_an_mqtt_client(
    sent: WebhookRequest, own: dict[str, Any]
) -> None:
    """Member by member in this order, the ids of the context first."""
    called = RecordingFunction()
    extension = await running(called, *EVERY)
    await extension.receive(sent)
    wire = json.loads(called.calls[0].value.wire)  # type: ignore[union-attr, arg-type]
    context = wire.pop("connectionContext")
    assert json.dumps(wire) == json.dumps(own)
    assert list(context) == [
        *("physicalConnectionId", "sessionId"),
        *("eventType", "eventName", "hub", "connectionId", "userId", "signature", "origin"),
        *("states", "headers"),
    ]
    assert (context["physicalConnectionId"], context["sessionId"]) == ("pc", None)


@pytest.mark.parametrize("failure", [None, FAILURE])
@pytest.mark.parametrize("value", [None, "text", JsonText('{"code":0}'), JsonText("[]")])
@pytest.mark.parametrize(
    "sent", [request("connected", b""), request("disconnected", {"reason": None})]
)
async def test_section_5_1_nobody_waits_for_notifications(
    sent: WebhookRequest, value: Value, failure: FunctionFailure | None
) -> None:
    """They are answered with 200 whatever came of them."""
    extension = await running(RecordingFunction(value, failure), *EVERY)
    assert await extension.receive(sent) == WebhookAnswer(status=200)


@pytest.mark.parametrize("sent", [request(), request("connect", CONNECT_BODY)])
async def test_section_5_8_a_function_that_fails(
    sent: WebhookRequest, caplog: pytest.LogCaptureFixture
) -> None:
    """The service is told at once, and nothing of the reason; the log has it."""
    extension = await running(RecordingFunction(None, FAILURE), *EVERY)
    with caplog.at_level(logging.INFO):
        answer = await extension.receive(sent)
    assert (answer.status, answer.body) == (500, b"The function failed.")
    assert "ValueError: a secret" in caplog.text


@pytest.mark.parametrize(("version", "code"), [(4, 3), (5, 136)])
async def test_section_5_8_an_mqtt_client_is_told_in_its_own_terms(version: int, code: int) -> None:
    """The server is unavailable."""
    extension = await running(RecordingFunction(None, FAILURE), *EVERY)
    body = {**CONNECT_BODY, "mqtt": {"protocolVersion": version}}
    answer = await extension.receive(request("connect", body, more=MQTT))
    assert answer.status == 500
    assert json.loads(answer.body)["mqtt"]["code"] == code


async def test_requests_are_taken_only_while_the_host_runs() -> None:
    """The service may try again."""
    extension = await running(RecordingFunction(), *EVERY)
    await extension.stop()
    assert (await extension.receive(request())).status == 503


async def test_what_is_seen_of_a_delivery() -> None:
    """The event and the answer; or why there is no event."""
    point = ObservationPoint()
    extension = await running(RecordingFunction(), *EVERY, point=point)
    with looking(point) as seen:
        await extension.receive(request())
        await extension.receive(request(method="PUT"))
    first, answered, second, refused = (sighting.item for sighting in seen)
    assert first == DeliveryReceived("POST")
    assert second == DeliveryReceived("PUT")
    assert isinstance(answered, DeliveryAnswered)
    assert isinstance(refused, DeliveryAnswered)
    assert (answered.status, answered.refusal) == (200, None)
    assert isinstance(answered.event, UserEventRequest)
    assert refused.event is None
    assert refused.refusal is not None
    assert refused.refusal.kind is deliveries.METHOD_WRONG
    assert seen[0].span == seen[1].span != seen[2].span
