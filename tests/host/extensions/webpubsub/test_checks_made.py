"""Which checks a delivery has passed before it was refused."""

import pytest

from tests.host.extensions.webpubsub.bindings import RecordingFunction
from tests.host.extensions.webpubsub.test_webhook import EVERY, REFUSED, running, validation
from tests.host.looking import looking
from webpubsub.host.observation import DeliveryAnswered, ObservationPoint
from webpubsub.protocol.cloud_events.wire import WebhookRequest
from webpubsub.protocol.refusals import RefusalKind
from webpubsub.protocol.refusals import deliveries as kinds

OF_VALIDATIONS = [kinds.ORIGIN_MISSING, kinds.ORIGIN_NOT_ALLOWED]
OF_EVENTS = [
    kinds.HEADERS_INVALID,
    kinds.NO_FUNCTION,
    kinds.NOT_TRUSTED,
    kinds.METHOD_WRONG,
    kinds.CONTENT_TYPE_UNKNOWN,
    kinds.BODY_INVALID,
]


async def refused(request: WebhookRequest) -> DeliveryAnswered:
    point = ObservationPoint()
    extension = await running(RecordingFunction(), *EVERY, point=point)
    with looking(point) as seen:
        await extension.receive(request)
    answered = seen[-1].item
    assert isinstance(answered, DeliveryAnswered)
    return answered


@pytest.mark.parametrize(("kind", "sent"), REFUSED)
async def test_up_to_the_one_that_failed(kind: RefusalKind, sent: WebhookRequest) -> None:
    """In the order in which the webhook looks."""
    answered = await refused(sent)
    order = OF_VALIDATIONS if kind in OF_VALIDATIONS else OF_EVENTS
    expected = order[: order.index(kind) + 1]
    assert [one.kind for one in answered.checks] == expected
    assert [one.passed for one in answered.checks] == [True] * (len(expected) - 1) + [False]


async def test_a_validation() -> None:
    """It is asked for its origin, and then whether that is a known one."""
    answered = await refused(validation("other.example"))
    assert [(one.kind, one.passed) for one in answered.checks] == [
        (kinds.ORIGIN_MISSING, True),
        (kinds.ORIGIN_NOT_ALLOWED, False),
    ]
    assert answered.checks[0].seen == "WebHook-Request-Origin: other.example"
