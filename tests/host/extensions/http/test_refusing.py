"""How a request is turned away."""

import pytest

from tests.host.extensions.http.talking import asked
from webpubsub.host.extensions.http.refusing import failed, refused
from webpubsub.protocol.refusals.functions import KEY_MISSING


def test_the_client_sees_a_status_and_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    """The query may hold a key, and is not logged."""
    request = asked("/api/f%0A?code=secret")
    answer = refused(request, KEY_MISSING.refuse("no key"))
    assert (answer.status, answer.body) == (401, b"")
    assert request.refusal is not None
    assert "GET /api/f%0A: function.key.missing: checked" in caplog.text
    assert "secret" not in caplog.text


def test_a_mistake_of_the_host_is_no_concern_of_the_client(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log has the traceback; nothing more is answered on the connection."""
    request = asked("/api/f?code=secret")
    answer = failed(request, KeyError("inside"))
    assert (answer.status, answer.is_last) == (500, True)
    assert b"inside" not in answer.body
    assert "GET /api/f cannot be answered" in caplog.text
    assert "KeyError: 'inside'" in caplog.text
    assert "secret" not in caplog.text
