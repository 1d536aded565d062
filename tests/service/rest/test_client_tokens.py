"""Tokens made for clients; how they are asked for is tested with the other operations.

Specification: rest-api section 6.8.
"""

from aiohttp.test_utils import make_mocked_request

from webpubsub.protocol.access_tokens import client_claims, verify
from webpubsub.protocol.audiences import client_audience_matches
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.client_tokens import client_token
from webpubsub.service.rest.targets import parse_target

KEY = "the-key-of-the-tests-of-client-tokens"


def test_the_service_takes_its_own_tokens() -> None:
    """A client that connects with the token is who the call says."""
    request = make_mocked_request("POST", "/", headers={"Host": "service.example"})
    call = Call(request, parse_target("/x"), {"hub": "Chat"}, 1000.5)
    call.keys, call.client_user, call.roles, call.groups = [KEY], "u", ["r"], ["g"]
    claims = verify(
        client_token(call),
        keys=[KEY],
        is_audience=lambda audience: client_audience_matches(
            audience, authorities=["service.example"], hub="chat"
        ),
        now=1001.0,
    )
    identity = client_claims(claims)
    assert (identity.user_id, identity.roles, identity.groups) == ("u", ("r",), ("g",))
    assert (claims["nbf"], claims["exp"]) == (1000, 1000 + 3600)
