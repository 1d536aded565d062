"""All hubs of the service, as the edges see them.

Specification: client-protocols section 1.7.
"""

import pytest

from tests.service.fakes import Endings, ManualLoop, attached
from webpubsub.protocol import operations as ops
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.hubs.hubs import Hubs, new_connection_id
from webpubsub.service.observation import ObservationPoint, Observed, OperationApplied


def names_of(hubs: Hubs) -> set[str]:
    return {hub.name for hub in hubs}


@pytest.mark.parametrize(
    "operation",
    [
        ops.SendToAll(hub="nowhere", message=Message(DataType.TEXT, b"x")),
        ops.CloseAllConnections(hub="nowhere"),
        ops.AddUserToGroup(hub="nowhere", group="g", user_id="alice"),
    ],
)
async def test_an_operation_on_a_hub_without_anybody(operation: ops.HubOperation) -> None:
    """Is answered and seen like any other, and leaves nothing behind."""
    seen: list[Observed] = []
    point = ObservationPoint()
    point.observer = seen.append
    hubs = Hubs(point=point)
    refusal = await hubs.perform(operation)
    assert isinstance(refusal, Refusal) is isinstance(operation, ops.AddUserToGroup)
    assert OperationApplied(operation, refusal) in seen
    assert names_of(hubs) == set()


async def test_questions_to_a_hub_without_anybody() -> None:
    """The answer is no, and leaves nothing behind."""
    hubs = Hubs()
    assert not await hubs.ask(ops.UserExists(hub="nowhere", user_id="alice"))
    page = await hubs.page(ops.GroupListing(hub="nowhere", group="g", limit=1))
    assert page == ops.GroupPage((), has_more=False)
    assert names_of(hubs) == set()


def test_deserted_hubs_are_forgotten() -> None:
    """However many there have been; those that have somebody in them are not."""
    hubs = Hubs()
    session, _ = attached(ManualLoop(), "c")
    hubs.hub("home").add(session)
    for number in range(1000):
        hubs.hub(f"hub{number}")
        assert len(names_of(hubs)) <= 65
    assert hubs.hub("home").sessions


def test_many_hubs_that_are_not_deserted() -> None:
    """Are all kept."""
    hubs = Hubs()
    for number in range(300):
        session, _ = attached(ManualLoop(), f"c{number}")
        hubs.hub(f"hub{number}").add(session)
    assert len(names_of(hubs)) == hubs.session_count == 300


def test_a_hub_has_one_name_in_every_letter_case() -> None:
    """Naming a hub makes it; letter case means nothing."""
    hubs = Hubs()
    assert list(hubs) == []
    hub = hubs.hub("Chat")
    assert hub.name == "chat"
    assert hubs.hub("CHAT") is hub
    assert list(hubs) == [hub]


def test_hubs_may_be_named_while_they_are_gone_through() -> None:
    """Whoever goes through the hubs sees those there were."""
    hubs = Hubs()
    hubs.hub("a")
    assert [hubs.hub("b" + hub.name).name for hub in hubs] == ["ba"]


async def test_operations_and_questions_find_their_hub() -> None:
    """The edges await the answer even while it is local."""
    hubs = Hubs()
    session, _ = attached(ManualLoop(), "c")
    hubs.hub("chat").add(session)
    join = ops.AddConnectionToGroup(hub="Chat", group="g", connection_id="c")
    assert await hubs.perform(join) is None
    assert await hubs.ask(ops.GroupExists(hub="CHAT", group="g"))
    assert not await hubs.ask(ops.GroupExists(hub="other", group="g"))
    refusal = await hubs.perform(
        ops.AddConnectionToGroup(hub="other", group="g", connection_id="c")
    )
    assert refusal is not None
    assert refusal.kind.http_status == 404


def test_all_hubs_share_the_observer_and_the_endings() -> None:
    """One observation point and one receiver of endings serve the whole service."""
    endings, point = Endings(), ObservationPoint()
    seen: list[Observed] = []
    point.observer = seen.append
    hubs = Hubs(endings, point)
    for name in ("a", "b"):
        session, _ = attached(ManualLoop(), f"c-{name}", hub=name)
        hubs.hub(name).add(session)
        hubs.hub(name).apply(ops.CloseAllConnections(hub=name))
    assert [connection_id for connection_id, _ in endings.ended] == ["c-a", "c-b"]
    assert sum(isinstance(item, OperationApplied) for item in seen) == 2


def test_without_anybody_to_tell() -> None:
    """Sessions may end where nobody wants to know."""
    hub = Hubs().hub("chat")
    session, _ = attached(ManualLoop(), "c")
    hub.add(session)
    assert hub.end(session, "bye")


def test_connection_ids() -> None:
    """Ids are unique, hard to guess and safe in URLs."""
    ids = {new_connection_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(one) == 32 and one.isalnum() and one.isascii() for one in ids)
