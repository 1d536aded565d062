"""The header that tells browsers to come back by HTTPS. Specification: functions-python section
10.1."""

from typing import Any

import pytest

from tests.host.extensions.http.serving import config_of, http_function, returning, serving
from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http.hsts import Hsts

BY_HTTPS = {"X-Forwarded-Proto": "https", "Host": "app.example"}


@pytest.mark.parametrize(
    ("hsts", "headers", "value"),
    [
        ({"isEnabled": True, "maxAge": "10"}, BY_HTTPS, "max-age=864000"),
        ({"isEnabled": True, "maxAge": "00:01:00"}, BY_HTTPS, "max-age=60"),
        ({"isEnabled": "true"}, BY_HTTPS, "max-age=2592000"),
        (
            {"isEnabled": True, "maxAge": "1", "includeSubDomains": True, "preload": True},
            BY_HTTPS,
            "max-age=86400; includeSubDomains; preload",
        ),
        ({"isEnabled": True}, BY_HTTPS | {"X-Forwarded-Proto": "HTTPS"}, "max-age=2592000"),
        ({"isEnabled": True}, {"Host": "app.example"}, None),
        ({"isEnabled": True}, BY_HTTPS | {"Host": "localhost:7071"}, None),
        ({"isEnabled": True}, BY_HTTPS | {"Host": "localhost"}, None),
        ({"isEnabled": True}, BY_HTTPS | {"Host": "[::1]:7071"}, None),
        ({"isEnabled": False, "maxAge": "10"}, BY_HTTPS, None),
        ({}, BY_HTTPS, None),
    ],
)
async def test_who_is_told(hsts: Any, headers: dict[str, str], value: str | None) -> None:
    """Those who came by HTTPS, for a name that is not this machine's own."""
    config = config_of(hsts=hsts)
    async with serving((http_function("f"), returning("x")), config=config) as (session, _):
        answer = await session.get("/api/f", headers=headers)
        assert answer.headers.get("Strict-Transport-Security") == value


@pytest.mark.parametrize("age", ["long", "-00:01:00", "1.5", "²"])
def test_an_age_that_is_none_is_refused(age: str) -> None:
    """The error names the setting."""
    with pytest.raises(HostError, match=r"hsts\.maxAge"):
        Hsts(config_of(hsts={"isEnabled": True, "maxAge": age}))
