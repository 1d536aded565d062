"""Whether a webhook wants events: questions and answers.

Specification: upstream-events sections 4 and 19.
"""

import pytest

from webpubsub.protocol.cloud_events.validation import (
    must_ask_with_get,
    refusal_of,
    validation_request,
)
from webpubsub.protocol.cloud_events.wire import WebhookAnswer


def test_the_question() -> None:
    """OPTIONS, or GET on request, with the origin and the version, and nothing else."""
    request = validation_request("localhost")
    assert (request.method, request.body) == ("OPTIONS", b"")
    assert request.headers == [("WebHook-Request-Origin", "localhost"), ("ce-awpsversion", "1.0")]
    assert validation_request("localhost", "GET").method == "GET"


@pytest.mark.parametrize(
    ("status", "origins", "allowed"),
    [
        (200, ["*"], True),
        (204, ["*"], True),
        (299, ["localhost"], True),
        (200, ["LocalHost"], True),
        (200, ["other", "localhost"], True),
        (200, [], False),
        (200, ["other"], False),
        (200, ["localhost:8080"], False),
        (200, ["localhost,other"], False),
        (200, ["other, localhost"], False),
        (200, ["*, localhost"], False),
        (200, [""], False),
        (302, ["*"], False),
        (404, ["*"], False),
        (405, ["*"], False),
        (500, ["*"], False),
    ],
)
def test_the_answer(status: int, origins: list[str], allowed: bool) -> None:
    """One line of the header must be the star or the host; lists of hosts are not split."""
    headers = [("webhook-allowed-origin", origin) for origin in origins]
    answer = WebhookAnswer(status=status, headers=headers)
    refusal = refusal_of(answer, "localhost")
    assert (refusal is None) is allowed
    if refusal is not None:
        assert str(status) in refusal.seen


def test_only_404_is_asked_again_with_get() -> None:
    """A webhook that does not route OPTIONS answers 404; others have understood the question."""
    asked = [
        status for status in range(200, 600) if must_ask_with_get(WebhookAnswer(status=status))
    ]
    assert asked == [404]
