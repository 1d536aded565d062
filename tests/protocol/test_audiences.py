"""Whether a token was made for the URL at which it is used.

Specification: client-protocols section 1.3, rest-api section 3.2.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.audiences import client_audience_matches, rest_audience_matches

CONNECTIONS = "/api/hubs/CHAT/groups/room/connections"
AUTHORITIES = ["localhost", "proxy.example:8443"]


@pytest.mark.parametrize(
    ("audience", "matches"),
    [
        ("http://localhost/api/hubs/CHAT/groups/room/connections", True),
        ("HTTP://LOCALHOST/api/hubs/chat/groups/ROOM/connections", True),
        ("https://localhost/api/hubs/CHAT/groups/room/connections?maxpagesize=99", True),
        ("ws://localhost/api/hubs/CHAT/groups/room/connections/", True),
        ("wss://localhost/api/hubs/CHAT/groups/room/connections/child", True),
        ("https://proxy.example:8443/api/hubs/CHAT/groups/room/connections", True),
        ("http%3A%2F%2Flocalhost%2Fapi%2Fhubs%2FCHAT%2Fgroups%2Froom%2Fconnections", True),
        ("http://localhost/api/hubs/CHAT/groups/ro%6Fm/connections", True),
        ("ftp://localhost/api/hubs/CHAT/groups/room/connections", False),
        ("localhost/api/hubs/CHAT/groups/room/connections", False),
        ("//localhost/api/hubs/CHAT/groups/room/connections", False),
        ("http://localhost/api/hubs/CHAT/groups/room/connectionsSuffix", False),
        ("http://localhost/api/hubs/CHAT/groups/room/connections%253Fquery", False),
        ("http://localhost/api/hubs/CHAT/groups/room", False),
        ("http://localhost/api/hubs/CHAT", False),
        ("http://localhost/api/hubs/OTHER/groups/room/connections", False),
        ("http://localhost/api/hubs/CHAT/groups/other/connections", False),
        ("http://localhost/api/hubs/CHAT/connections/room", False),
        ("http://localhost:8080/api/hubs/CHAT/groups/room/connections", False),
        ("http://proxy.example/api/hubs/CHAT/groups/room/connections", False),
        ("http://evil.example/localhost/api/hubs/CHAT/groups/room/connections", False),
        ("http://evil.localhost/api/hubs/CHAT/groups/room/connections", False),
        ("http://evil?http://localhost/api/hubs/CHAT/groups/room/connections", False),
        ("http://localhost@evil/api/hubs/CHAT/groups/room/connections", False),
        ("https://webpubsub.azure.com", False),
        ("", False),
    ],
)
def test_rest_audiences(audience: str, matches: bool) -> None:
    """Scheme, letter case and query do not count; host, port and path do."""
    for path in (CONNECTIONS, CONNECTIONS + "/"):
        assert rest_audience_matches(audience, authorities=AUTHORITIES, path=path) is matches


@pytest.mark.parametrize(
    ("audience", "matches"),
    [
        ("http://localhost/api/hubs/chat[1]/groups/room%2Fpart/connections", True),
        ("http://localhost/api/hubs/chat[1]/groups/room%252Fpart/connections", True),
        ("http://localhost/api/hubs/chat[1]/groups/room/part/connections", False),
    ],
)
def test_a_slash_in_a_name_stays_escaped(audience: str, matches: bool) -> None:
    """The path arrives with %2F in it, and an audience with a real slash is another path."""
    path = "/api/hubs/chat[1]/groups/room%2Fpart/connections"
    assert rest_audience_matches(audience, authorities=["localhost"], path=path) is matches


@pytest.mark.parametrize(
    ("audience", "matches"),
    [
        ("http://localhost/client/hubs/chat", True),
        ("https://localhost/client/hubs/chat", True),
        ("ws://localhost/client/hubs/chat", True),
        ("wss://localhost/client/hubs/CHAT", True),
        ("https://LOCALHOST/Client/Hubs/chat", True),
        ("http://localhost/client/hubs/chat/", True),
        ("http://localhost/client/hubs/chat?x=1", True),
        ("http://localhost/client/?hub=chat", True),
        ("http://localhost/client?hub=Chat", True),
        ("http%3A%2F%2Flocalhost%2Fclient%2Fhubs%2Fchat", True),
        ("http://proxy.example:8443/client/hubs/chat", True),
        ("http://proxy.example/client/hubs/chat", False),
        ("http://localhost:80/client/hubs/chat", False),
        ("http://localhost/client/hubs/chatter", False),
        ("http://localhost/client/hubs/chat/more", False),
        ("http://localhost/client/hubs/other", False),
        ("http://localhost/client/hubs/", False),
        ("http://localhost/client/?hub=other", False),
        ("http://localhost/client/?x=1&hub=chat", False),
        ("http://localhost/clients/mqtt/hubs/chat", False),
        ("http://localhost/clients/socketio/hubs/chat", False),
        ("http://localhost/api/hubs/chat", False),
        ("ftp://localhost/client/hubs/chat", False),
        ("localhost/client/hubs/chat", False),
        ("http://evil.example/client/hubs/chat", False),
        ("http://localhost.evil.example/client/hubs/chat", False),
        ("", False),
    ],
)
def test_client_audiences(audience: str, matches: bool) -> None:
    """The audience is the client endpoint of this hub on this host, in one of its spellings."""
    for hub in ("chat", "CHAT"):
        assert client_audience_matches(audience, authorities=AUTHORITIES, hub=hub) is matches


@given(st.text(), st.text())
def test_no_audience_is_an_error(audience: str, path: str) -> None:
    """Whatever a token says, it matches or it does not; without a host nothing matches."""
    for scheme in ("", "http://"):
        text = scheme + audience
        assert not rest_audience_matches(text, authorities=[], path=path)
        assert not client_audience_matches(text, authorities=[], hub=path)
        assert rest_audience_matches(text, authorities=["h"], path="/p") in (True, False)


@given(st.text(st.characters(exclude_characters="%?", exclude_categories=["Cs"])))
def test_the_url_itself_is_an_audience(path: str) -> None:
    """A token for the very URL is accepted, with any query, in any scheme."""
    for scheme in ("http", "https", "ws", "wss"):
        audience = f"{scheme}://host:1/{path}?a=b"
        assert rest_audience_matches(audience, authorities=["host:1"], path="/" + path)
