"""What host.json says of HTTP functions.

Specification: functions-python section 10.1.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.host.extensions.http.serving import config_of
from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http import HttpExtension
from webpubsub.host.extensions.http.listener import Listener
from webpubsub.host.extensions.http.options import HttpOptions


@pytest.mark.parametrize(
    ("http", "options"),
    [
        ({}, HttpOptions(prefix="api", custom_headers={}, takes_chunked=False)),
        ({"routePrefix": ""}, HttpOptions(prefix="")),
        ({"routePrefix": "/v1/"}, HttpOptions(prefix="v1")),
        ({"enableChunkedRequestBinding": True}, HttpOptions(takes_chunked=True)),
    ],
)
def test_what_host_json_says(http: Mapping[str, Any], options: HttpOptions) -> None:
    """And what is so when it says nothing."""
    assert HttpOptions.of(config_of(**http)) == options


@pytest.mark.parametrize(
    ("http", "message"),
    [
        ({"routePrefix": "{x"}, "routePrefix is '{x'"),
        ({"customHeaders": ["a"]}, "customHeaders is .*, and must be an object of texts"),
        ({"customHeaders": {"X-A": 1}}, "customHeaders is .*, and must be an object of texts"),
        ({"customHeaders": {"X A": "1"}}, "customHeaders: 'X A' cannot be the name of a header"),
        (
            {"customHeaders": {"X-A": "1\r\nX-B: 2"}},
            "'X-A' of an HTTP response holds a control character",
        ),
        ({"customHeaders": {"content-Length": "5"}}, "'content-Length' frames an answer"),
        ({"hsts": {"isEnabled": "perhaps"}}, "hsts.isEnabled is 'perhaps'"),
        ({"maxConcurrentRequests": 1.5}, "maxConcurrentRequests is 1.5"),
        ({"routePrefix": ["api"]}, "routePrefix is .*, and must be a string"),
        ({"maxOutstandingRequests": "many"}, "maxOutstandingRequests"),
        ({"enableChunkedRequestBinding": "perhaps"}, "enableChunkedRequestBinding"),
    ],
)
def test_wrong_settings_of_host_json_keep_the_host_from_starting(
    http: Mapping[str, Any], message: str
) -> None:
    """The error names the setting."""
    with pytest.raises(HostError, match=message):
        HttpExtension(config_of(**http), listener=Listener("127.0.0.1", 0))
