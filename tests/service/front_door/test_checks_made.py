"""Which checks a client has passed before it was refused."""

import time

import pytest

from tests.service.front_door.test_handshake import NOW, SETTINGS, head, token, with_token
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals import handshake as kinds
from webpubsub.protocol.refusals.orders import HANDSHAKE_CHECKS
from webpubsub.service.front_door.attempt import Attempt
from webpubsub.service.front_door.checks_made import PASSED, checks_until
from webpubsub.service.front_door.handshake import CHECKS, examine
from webpubsub.service.front_door.request_head import RequestHead
from webpubsub.service.hub_settings.model import AllHubSettings, HubSettings

UPGRADE, HUB = "handshake.upgrade.missing", "handshake.hub.invalid"
TOKEN = "handshake.token.missing"
OF_TOKEN = [
    "token.malformed",
    "token.algorithm",
    "token.signature",
    "token.lifetime.missing",
    "token.expired",
    "token.too-early",
    "token.audience",
]
ALL = [UPGRADE, HUB, TOKEN, *OF_TOKEN, "handshake.token.group", "handshake.mode.invalid"]


def test_every_check_says_what_it_has_seen() -> None:
    """A check without it would be missing from what is told."""
    assert set(PASSED) == set(CHECKS)


def attempt(request: RequestHead, hubs: AllHubSettings | None = None) -> Attempt:
    return Attempt(request, SETTINGS, NOW, hubs)


@pytest.mark.parametrize(
    ("request_head", "codes"),
    [
        (head(headers={"Upgrade": None}), [UPGRADE]),
        (head("/client/hubs/a-b"), [UPGRADE, HUB]),
        (head(), [UPGRADE, HUB, TOKEN]),
        (head(with_token(exp=1)), [UPGRADE, HUB, TOKEN, *OF_TOKEN[:5]]),
        (head(with_token("/client/hubs/other")), [UPGRADE, HUB, TOKEN, *OF_TOKEN]),
        (head(with_token(**{"webpubsub.group": " "})), ALL[:-1]),
        (head(with_token("/client/hubs/chat?webpubsub_mode=x")), ALL),
        (
            head("/client/hubs/chat?awps_connection_id=c&awps_reconnection_token=x"),
            [UPGRADE, HUB, "websocket.recovery.refused"],
        ),
    ],
)
def test_up_to_the_one_that_failed(request_head: RequestHead, codes: list[str]) -> None:
    """In order, each passed but the last; and the token is not among what was seen."""
    with pytest.raises(Refused) as refused:
        examine(request_head, SETTINGS, NOW)
    refusal = refused.value.refusal
    made = checks_until(refusal, attempt(request_head))
    assert [one.kind.code for one in made] == codes
    assert [one.passed for one in made] == [True] * (len(codes) - 1) + [False]
    assert made[-1].seen == refusal.seen
    assert token() not in str(made)
    in_order = [kind.code for kind in HANDSHAKE_CHECKS]
    assert codes == sorted(codes, key=in_order.index)


@pytest.mark.parametrize(
    ("refusal", "codes"),
    [
        (kinds.SERVICE_FULL.refuse("2"), ["handshake.service.full"]),
        (
            kinds.CONNECT_REFUSED.refuse("401"),
            ["handshake.service.full", "handshake.connect.failed", "handshake.connect.refused"],
        ),
    ],
)
def test_what_comes_after_the_checks(refusal: Refusal, codes: list[str]) -> None:
    """Room and the application's answer are looked at once all of them have passed."""
    made = checks_until(refusal, attempt(head(with_token())))
    assert [one.kind.code for one in made] == [*ALL, *codes]


def test_a_hub_that_asks_for_no_token() -> None:
    """Then there is none to be looked at."""
    hubs = AllHubSettings({"chat": HubSettings(allow_anonymous=True)})
    made = checks_until(kinds.SERVICE_FULL.refuse("2"), attempt(head(), hubs))
    (seen,) = (one.seen for one in made if one.kind.code == TOKEN)
    assert seen == "none, which this hub does not ask for"
    assert not {one.kind.code for one in made} & set(OF_TOKEN)


async def test_they_are_seen_with_the_refusal() -> None:
    """By whoever looks at the service."""
    from tests.service.wire import dial, handshake, running
    from webpubsub.service.observation import HandshakeRefused, Sighting

    async with running(None) as service, await dial(service) as peer:
        seen: list[Sighting] = []
        service.point.attach(seen.append)
        expired = time.time() - 1000
        await peer.send(handshake(service, "/client/hubs/chat?access_token=" + token(exp=expired)))
        assert (await peer.response())[0] == 401
    refused = seen[-1].item
    assert isinstance(refused, HandshakeRefused)
    assert [one.kind.code for one in refused.checks][-1] == refused.refusal.kind.code
    assert len(refused.checks) > 3


def test_a_check_that_fails_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the last one, made again."""

    def fail(_attempt: Attempt) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("webpubsub.service.front_door.checks_made.CHECKS", (*CHECKS[:2], fail))
    made = checks_until(kinds.INTERNAL_ERROR.refuse("an exception"), attempt(head()))
    assert [one.kind for one in made] == [
        kinds.NOT_AN_UPGRADE,
        kinds.HUB_INVALID,
        kinds.INTERNAL_ERROR,
    ]
