"""All hubs of the service, as the edges see them.

Specification: client-protocols section 1.7.
"""

from tests.service.fakes import Endings, ManualLoop, attached
from webpubsub.protocol import operations as ops
from webpubsub.service.hubs.hubs import Hubs, new_connection_id
from webpubsub.service.observation import ObservationPoint, Observed, OperationApplied


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
