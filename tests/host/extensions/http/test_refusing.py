"""How a request is turned away."""

import pytest
from aiohttp.test_utils import make_mocked_request

from webpubsub.host.extensions.http.refusing import refused
from webpubsub.protocol.refusals.functions import KEY_MISSING


def test_the_client_sees_a_status_and_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    """The query may hold a key, and is not logged."""
    request = make_mocked_request("GET", "/api/f%0A?code=secret")
    answer = refused(request, KEY_MISSING.refuse("no key"))
    assert (answer.status, answer.text) == (401, "")
    assert "GET /api/f%0A: function.key.missing: checked" in caplog.text
    assert "secret" not in caplog.text
