"""Which checks a call has passed before it was refused."""

import pytest

from tests.service.rest.world import World
from webpubsub.protocol.refusals.orders import REST_CHECKS
from webpubsub.service.observation import RestAnswered, Sighting
from webpubsub.service.rest.checks import check_api_version, check_names
from webpubsub.service.rest.checks_made import PASSED
from webpubsub.service.rest.operations import OPERATIONS

SEND = "/api/hubs/chat/:send"
ROUTED = ["rest.path.unknown", "rest.method.wrong", "rest.token.missing"]
OF_TOKEN = [
    "token.malformed",
    "token.algorithm",
    "token.signature",
    "token.lifetime.missing",
    "token.expired",
    "token.too-early",
    "token.audience",
]

NAMED = ["rest.api-version.unknown", "rest.hub.invalid"]


def test_every_check_says_what_it_has_seen() -> None:
    """A check without it would fail whoever looks."""
    own = {check for operation in OPERATIONS for check in operation.checks}
    assert set(PASSED) == {check_api_version, check_names, *own}


@pytest.mark.parametrize(
    ("method", "target", "signed", "codes"),
    [
        ("GET", "/nowhere", True, ["rest.path.unknown"]),
        ("POST", SEND, False, ROUTED),
        (
            "POST",
            f"{SEND}?api-version=x",
            True,
            [*ROUTED, *OF_TOKEN, "rest.api-version.unknown"],
        ),
        (
            "PUT",
            "/api/hubs/chat/groups/%20/connections/c",
            True,
            [
                *ROUTED,
                *OF_TOKEN,
                *NAMED,
                "rest.group.invalid",
            ],
        ),
        (
            "POST",
            f"{SEND}?messageTtlSeconds=x",
            True,
            [
                *ROUTED,
                *OF_TOKEN,
                *NAMED,
                "rest.message-ttl.invalid",
            ],
        ),
    ],
)
async def test_up_to_the_one_that_failed(
    world: World, method: str, target: str, signed: bool, codes: list[str]
) -> None:
    """In order, each passed but the last; and the token is not among what was seen."""
    seen: list[Sighting] = []
    world.point.attach(seen.append)
    token = world.token(target.partition("?")[0]) if signed else ""
    await world.call(method, target, token=token)
    answered = seen[-1].item
    assert isinstance(answered, RestAnswered)
    assert [one.kind.code for one in answered.checks] == codes
    assert [one.passed for one in answered.checks] == [True] * (len(codes) - 1) + [False]
    assert not token or token not in str(answered)
    in_order = [kind.code for kind in REST_CHECKS]
    assert codes[:-1] == sorted(codes[:-1], key=in_order.index)


async def test_what_is_answered_has_no_checks(world: World) -> None:
    """Nobody asks why."""
    seen: list[Sighting] = []
    world.point.attach(seen.append)
    await world.call("POST", SEND, data=b"x", headers={"Content-Type": "text/plain"})
    answered = seen[-1].item
    assert isinstance(answered, RestAnswered)
    assert answered.checks == ()
