"""Who may connect, and on what terms.

Specification: client-protocols sections 1.1 to 1.6, 3.3, 3.4 and 15, rest-api section 4.3,
upstream-events sections 9 and 19.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.service.fakes import JSON_SUBPROTOCOL
from webpubsub.protocol.access_tokens import sign
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    Unhandled,
)
from webpubsub.protocol.refusals import Refused
from webpubsub.service.connections.client import RawGroup
from webpubsub.service.front_door.agreement import Agreement, agree
from webpubsub.service.front_door.attempt import Attempt
from webpubsub.service.front_door.handshake import examine
from webpubsub.service.front_door.request_head import RequestHead
from webpubsub.service.hub_settings.model import AllHubSettings, HubSettings
from webpubsub.service.settings import ServiceSettings

KEY = "the-primary-key-of-the-handshake-tests"


SECOND_KEY = "the-second-key-of-the-handshake-tests"


NOW = 1_700_000_000.0


SETTINGS = ServiceSettings(access_keys=(KEY, SECOND_KEY), public_endpoint="https://wps.example.com")


UPGRADE = {
    "Host": "127.0.0.1:8080",
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


def token(key: str = KEY, /, **claims: Any) -> str:
    given = {"aud": "http://127.0.0.1:8080/client/hubs/chat", "exp": NOW + 60, **claims}
    return sign({name: value for name, value in given.items() if value is not None}, key)


def head(
    target: str = "/client/hubs/chat",
    headers: Mapping[str, str | None] | None = None,
    *,
    method: str = "GET",
    version: str = "HTTP/1.1",
) -> RequestHead:
    """A handshake; a header None is left out."""
    given = {**UPGRADE, **(headers or {})}
    return RequestHead(
        method=method,
        target=target,
        version=version,
        headers=tuple((name, value) for name, value in given.items() if value is not None),
    )


def with_token(target: str = "/client/hubs/chat", /, **claims: Any) -> str:
    """A target with a token in its query."""
    return f"{target}{'&' if '?' in target else '?'}access_token={token(KEY, **claims)}"


def refused(request: RequestHead) -> tuple[str, int | None, str]:
    """Code, HTTP status and text of the refusal."""
    with pytest.raises(Refused) as caught:
        examine(request, SETTINGS, NOW)
    refusal = caught.value.refusal
    return refusal.kind.code, refusal.kind.http_status, refusal.wire_message


def attempt(target: str | None = None, headers: Mapping[str, str | None] | None = None) -> Attempt:
    """An attempt that passes all checks."""
    return examine(head(with_token() if target is None else target, headers), SETTINGS, NOW)


NOT_AN_UPGRADE = ("handshake.upgrade.missing", 400, "This is not a WebSocket handshake.")


@pytest.mark.parametrize(
    "request_head",
    [
        head(with_token(), method="POST"),
        head(with_token(), version="HTTP/1.0"),
        *(
            head(with_token(), {name: value})
            for name, value in [
                ("Upgrade", None),
                ("Upgrade", "h2c"),
                ("Connection", None),
                ("Connection", "keep-alive"),
                ("Sec-WebSocket-Version", None),
                ("Sec-WebSocket-Version", "8"),
                ("Sec-WebSocket-Version", "13, 13"),
                ("Sec-WebSocket-Key", None),
                ("Sec-WebSocket-Key", "AAAA"),
                ("Sec-WebSocket-Key", "é"),
                ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="[:-1]),
            ]
        ),
    ],
)
def test_what_is_not_a_handshake(request_head: RequestHead) -> None:
    """Anything but RFC 6455 section 4.1 is refused first, whatever else is right."""
    assert refused(request_head) == NOT_AN_UPGRADE


@pytest.mark.parametrize(
    "headers",
    [{"Upgrade": "h2c, WebSocket"}, {"Connection": "UPGRADE"}, {"connection": "upgrade"}],
)
def test_tokens_of_upgrade_headers_are_in_any_case(headers: dict[str, str]) -> None:
    """The words of a handshake are compared as RFC 6455 asks."""
    assert attempt(headers=headers).hub == "chat"


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("/client", "The hub name is missing."),
        ("/client/", "The hub name is missing."),
        ("/client?hub=", "The hub name is missing."),
        ("/client?hub=%20", "The hub name is missing."),
        ("/client/hubs/", "The hub name is missing."),
        ("/client/hubs/%20", "The hub name is missing."),
        ("/client/hubs/1st", "The hub name is invalid."),
        ("/client/hubs/a%2Fb", "The hub name is invalid."),
        ("/client/hubs/a-b", "The hub name is invalid."),
        ("/client?hub=a-b", "The hub name is invalid."),
        ("/client/hubs/" + "a" * 129, "The hub name is invalid."),
    ],
)
def test_hubs_that_cannot_exist(target: str, text: str) -> None:
    """The hub is checked before the token."""
    assert refused(head(target)) == ("handshake.hub.invalid", 400, text)


@pytest.mark.parametrize(
    "target",
    ["/client/hubs/chat", "/client/hubs/CHAT", "/client/hubs/chat/", "/client?hub=Chat",
     "/client/?hub=other&hub=chat"],
)  # fmt: skip
def test_where_the_hub_is_named(target: str) -> None:
    """In the path, or in the query of the legacy path; letter case means nothing."""
    assert attempt(with_token(target)).hub == "chat"


def test_hub_names_with_every_allowed_character() -> None:
    """Names are decoded, and audiences are compared with the decoded name."""
    name = "a_`,.[]9"
    aud = f"http://127.0.0.1:8080/client/hubs/{name}"
    assert attempt(with_token("/client/hubs/a_%60%2C.%5B%5D9", aud=aud)).hub == name


@pytest.mark.parametrize(
    "target",
    ["/client/hubs/chat?awps_connection_id=x",
     "/client/hubs/chat?awps_connection_id=x&awps_reconnection_token=y&access_token=bad"],
)  # fmt: skip
def test_recovery_is_never_an_http_error(target: str) -> None:
    """A client that wants its old connection back is let in to be told no, before any token."""
    with pytest.raises(Refused) as caught:
        examine(head(target), SETTINGS, NOW)
    assert caught.value.refusal.kind.http_status is None
    assert caught.value.refusal.kind.close_code == 1008
    assert caught.value.refusal.wire_message == "The connection could not be recovered."


IN_ORDER = [
    ("not an upgrade", "handshake.upgrade.missing"),
    ("no hub", "handshake.hub.invalid"),
    ("recovery", "websocket.recovery.refused"),
    ("bad token", "token.malformed"),
    ("bad group claim", "handshake.token.group"),
    ("bad mode", "handshake.mode.invalid"),
]


@pytest.mark.parametrize("first", range(len(IN_ORDER)), ids=[name for name, _ in IN_ORDER])
def test_the_order_of_checks(first: int) -> None:
    """Of everything that is wrong from some row on, the first is what is told (section 1.4)."""
    wrong = {name for name, _ in IN_ORDER[first:]}
    claims = {"webpubsub.group": " "} if "bad group claim" in wrong else {}
    query = f"access_token={'x' if 'bad token' in wrong else token(KEY, **claims)}"
    query += "&webpubsub_mode=x"
    query += "&awps_connection_id=x" if "recovery" in wrong else ""
    hub = "1st" if "no hub" in wrong else "chat"
    headers = {"Upgrade": None} if "not an upgrade" in wrong else {}
    assert refused(head(f"/client/hubs/{hub}?{query}", headers))[0] == IN_ORDER[first][1]


def test_a_reconnection_token_alone_is_ignored() -> None:
    """Without a connection id a new connection starts."""
    target = with_token("/client/hubs/chat?awps_reconnection_token=x&awps_connection_id=")
    assert attempt(target).hub == "chat"


@pytest.mark.parametrize(
    ("query_token", "authorization", "code"),
    [
        ("", None, "handshake.token.missing"),
        ("", "Basic abc", "handshake.token.missing"),
        ("", "Bearer ", "handshake.token.missing"),
        ("nonsense", None, "token.malformed"),
        (token("x" * 32), None, "token.signature"),
        (token(exp=None), None, "token.lifetime.missing"),
        (token(exp=NOW - 301), None, "token.expired"),
        (token(nbf=NOW + 301), None, "token.too-early"),
        (token(aud="http://127.0.0.1:8080/client/hubs/other"), None, "token.audience"),
        (token(aud="http://127.0.0.1:8081/client/hubs/chat"), None, "token.audience"),
        (token(aud="http://127.0.0.1:8080/api/hubs/chat"), None, "token.audience"),
        ("nonsense", f"Bearer {token()}", "token.malformed"),
    ],
)
def test_tokens_that_do_not_let_in(query_token: str, authorization: str | None, code: str) -> None:
    """Every fault of a token is 401, and the code says which."""
    request = head(
        f"/client/hubs/chat?access_token={query_token}", {"Authorization": authorization}
    )
    assert refused(request)[:2] == (code, 401)


@pytest.mark.parametrize(
    ("target", "authorization"),
    [
        (f"/client/hubs/chat?access_token={token()}", None),
        (f"/client/hubs/chat?ACCESS_TOKEN={token()}", None),
        (f"/client/hubs/chat?access_token=&access_token={token()}", None),
        ("/client/hubs/chat", f"Bearer {token()}"),
        ("/client/hubs/chat", f"bEARER   {token()}  "),
        (f"/client/hubs/chat?access_token={token()}", "Bearer nonsense"),
        (f"/client/hubs/chat?access_token={token(SECOND_KEY)}", None),
        (f"/client/hubs/chat?access_token={token(exp=NOW - 299)}", None),
        (f"/client/hubs/chat?access_token={token(nbf=NOW + 299)}", None),
        (f"/client/hubs/chat?access_token={token(aud='HTTPS://127.0.0.1:8080/client/hubs/CHAT')}",
         None),
        (f"/client/hubs/chat?access_token={token(aud=['x', 'https://wps.example.com/client/hubs/chat'])}",
         None),
    ],
)  # fmt: skip
def test_tokens_that_let_in(target: str, authorization: str | None) -> None:
    """From the query or the header, signed with either key, for the host that was dialled or the
    public one, within five minutes."""
    assert attempt(target, {"Authorization": authorization}).hub == "chat"


def test_what_a_token_says() -> None:
    """User, roles and groups come from its claims."""
    claims = {
        "sub": "alice",
        "role": "webpubsub.sendToGroup",
        "webpubsub.group": ["a", "b"],
    }
    target = with_token("/client/hubs/chat", **claims)
    identity = attempt(target).identity
    assert (identity.user_id, identity.roles, identity.groups) == (
        "alice",
        ("webpubsub.sendToGroup",),
        ("a", "b"),
    )


@pytest.mark.parametrize("groups", [[""], ["ok", " "], "x" * 1025])
def test_group_claims_that_are_no_names(groups: Any) -> None:
    """One bad group is enough."""
    assert refused(head(with_token(**{"webpubsub.group": groups}))) == (
        "handshake.token.group",
        400,
        "The token contains an invalid group name.",
    )


@pytest.mark.parametrize(
    ("query", "raw_group"),
    [
        ("", None),
        ("webpubsub_mode=", None),
        ("webpubsub_mode=sendEvent&group=&noEcho=maybe", None),
        ("webpubsub_mode=SENDTOGROUP&group=g", RawGroup("g", False)),
        ("webpubsub_mode=x&webpubsub_mode=sendToGroup&group=g%20h&noEcho=TRUE",
         RawGroup("g h", True)),
        ("webpubsub_mode=sendToGroup&group=g&noEcho=false", RawGroup("g", False)),
        ("webpubsub_mode=sendToGroup&webpubsub_mode=", None),
    ],
)  # fmt: skip
def test_modes_of_simple_clients(query: str, raw_group: RawGroup | None) -> None:
    """The last mode counts, in any letter case, and the others' parameters do not matter."""
    assert attempt(with_token(f"/client/hubs/chat?{query}")).raw_group == raw_group


NO_MODE = "Only raw sendToGroup mode is supported."


NO_GROUP = "The raw sendToGroup group name is invalid."


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("webpubsub_mode=x", NO_MODE),
        ("webpubsub_mode=sendToGroup", NO_GROUP),
        ("webpubsub_mode=sendToGroup&group=", NO_GROUP),
        ("webpubsub_mode=sendToGroup&group=%20", NO_GROUP),
        ("webpubsub_mode=sendToGroup&group=a&group=b", NO_GROUP),
        ("webpubsub_mode=sendToGroup&group=" + "x" * 1025, NO_GROUP),
        ("webpubsub_mode=sendToGroup&group=a&noEcho=1",
         "The raw sendToGroup noEcho value is invalid."),
    ],
)  # fmt: skip
def test_modes_that_do_not_exist(query: str, text: str) -> None:
    """A simple client with a wrong mode is refused; others are not asked."""
    target = with_token(f"/client/hubs/chat?{query}")
    assert refused(head(target)) == ("handshake.mode.invalid", 400, text)
    speaking_json = attempt(target, {"Sec-WebSocket-Protocol": JSON_SUBPROTOCOL})
    assert speaking_json.raw_group is None


CLAIMS = {"sub": "alice", "role": ["r"], "webpubsub.group": ["g"]}


@pytest.mark.parametrize(
    "target",
    ["/client/hubs/a%0Ab", "/client/hubs/chat?awps_connection_id=%0Ax",
     with_token("/client/hubs/chat?webpubsub_mode=%0Ax"),
     with_token("/client/hubs/chat?webpubsub_mode=sendToGroup&group=g&noEcho=%0Ax")],
)  # fmt: skip
def test_a_refusal_is_one_line(target: str) -> None:
    """A client cannot write lines of its own into the log."""
    with pytest.raises(Refused) as caught:
        examine(head(target), SETTINGS, NOW)
    assert "\n" not in caught.value.refusal.describe()


ANONYMOUS = AllHubSettings({"chat": HubSettings(allow_anonymous=True)})


def test_a_hub_may_let_in_clients_without_a_token() -> None:
    """They have no user and no roles, and the answer to the connect event may give them some."""
    anonymous = examine(head(), SETTINGS, NOW, ANONYMOUS)
    assert agree(anonymous, Unhandled()) == Agreement(
        user_id=None, roles=(), groups=(), subprotocol=None
    )
    assert agree(anonymous, ConnectAccepted(user_id="alice")).user_id == "alice"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("/client/hubs/other", "handshake.token.missing"),
        (with_token(exp=NOW - 4000), "token.expired"),
        ("/client/hubs/chat?access_token=x", "token.malformed"),
    ],
)
def test_anonymous_clients_are_let_into_that_hub_only(target: str, code: str) -> None:
    """And a token that is there is checked as ever."""
    with pytest.raises(Refused) as caught:
        examine(head(target), SETTINGS, NOW, ANONYMOUS)
    assert caught.value.refusal.kind.code == code


def test_the_refusal_names_the_setting_that_lets_clients_in() -> None:
    """Who reads it in a log can mend it."""
    with pytest.raises(Refused, match=r"anonymous = true\. Setting: hubs\.HUB\.anonymous\."):
        examine(head(), SETTINGS, NOW)
