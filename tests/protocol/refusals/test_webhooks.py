"""Why events do not get through to webhooks."""

import pytest

from webpubsub.protocol.refusals import RefusalKind, webhooks

KINDS = [kind for kind in vars(webhooks).values() if isinstance(kind, RefusalKind)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_statuses(kind: RefusalKind) -> None:
    """A client that cannot connect because of its application gets 500, unless the application gave
    a status of its own."""
    assert kind.http_status == (None if kind is webhooks.STATUS else 500)
    assert kind.code.startswith("webhook.")


def test_limits_are_those_of_the_caller() -> None:
    """The texts name the limits that hold."""
    from webpubsub.service.webhooks.caller import EVENT_TIMEOUT
    from webpubsub.service.webhooks.exchange import RETRY_DELAYS
    from webpubsub.service.webhooks.http_connection import MAX_BODY_BYTES
    from webpubsub.service.webhooks.validation import VALIDATION_TIMEOUT

    assert str(MAX_BODY_BYTES) in webhooks.ANSWER_TOO_LARGE.wanted
    assert f"{EVENT_TIMEOUT:g} seconds" in webhooks.TIMEOUT.wanted
    assert f"{VALIDATION_TIMEOUT:g} seconds" in webhooks.VALIDATION_FAILED.wanted
    assert len(RETRY_DELAYS) == 3
    assert "one of four attempts" in webhooks.UNREACHABLE.wanted
