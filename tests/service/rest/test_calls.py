"""What a call knows."""

from aiohttp.test_utils import make_mocked_request

from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.targets import parse_target


def test_only_hub_names_have_no_letter_case() -> None:
    """The hub is lower-cased; groups, users and connections are left as they are."""
    names = {"hub": "Chat", "group": "Room", "userId": "Ann", "connectionId": "C1"}
    call = Call(make_mocked_request("GET", "/"), parse_target("/"), names, 0.0)
    assert (call.hub, call.group, call.user_id, call.connection_id) == ("chat", "Room", "Ann", "C1")
