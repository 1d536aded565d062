"""Faults on demand, and what clients notice of them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from tests.service.wire import App, Peer, join_and_listen, running, sessions, until
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import SendToAll
from webpubsub.service.faults.faults import Faults, UnknownConnection
from webpubsub.service.observation import FaultInjected, Sighting
from webpubsub.service.service import Service


@asynccontextmanager
async def served(app: App | None = None) -> AsyncIterator[tuple[Service, "Come"]]:
    """A service, and how clients come to it, who hang up before it stops."""
    async with running(app) as service, AsyncExitStack() as peers:

        async def come(**rest: Any) -> tuple[Peer, str]:
            peer, connection_id = await join_and_listen(service, **rest)
            await peers.enter_async_context(peer)
            return peer, connection_id

        yield service, come


Come = Callable[..., Awaitable[tuple[Peer, str]]]
RELIABLE = "json.reliable.webpubsub.azure.v1"
EVENT = {"type": "event", "event": "hello", "dataType": "text", "data": ""}
JOIN = {"type": "joinGroup", "group": "g", "ackId": 1}


async def say(service: Service, text: str) -> None:
    """To everybody."""
    await service.client.perform(
        SendToAll(hub="chat", message=Message(DataType.TEXT, text.encode()))
    )


async def test_a_dropped_connection_is_gone_without_a_word() -> None:
    """As when a cable is cut: a reliable session goes on."""
    async with served() as (service, come):
        peer, connection_id = await come(subprotocol=RELIABLE)
        service.faults.drop(connection_id)
        assert await peer.aborted()
        await until(lambda: service.hubs.hub("chat").sessions[connection_id].attachment is None)
        with pytest.raises(UnknownConnection, match=connection_id):
            service.faults.drop(connection_id)


async def test_a_frozen_connection_brings_nothing_until_it_thaws() -> None:
    """In both directions; then everything comes."""
    async with served() as (service, come):
        peer, connection_id = await come(roles=["webpubsub.joinLeaveGroup"])
        service.faults.freeze(connection_id)
        await peer.say(JOIN)
        await say(service, "kept")
        assert not service.hubs.hub("chat").members("g")
        service.faults.thaw(connection_id)
        assert (await peer.hear())["data"] == "kept"
        assert (await peer.hear())["ackId"] == 1


async def test_a_delay_is_for_all_or_for_one() -> None:
    """Nothing gets lost, and the order stays."""
    async with served() as (service, come):
        slow, connection_id = await come()
        fast, _ = await come()
        service.faults.delay(0.05, connection_id)
        await say(service, "one")
        await say(service, "two")
        assert (await fast.hear())["data"] == "one"
        assert [(await slow.hear())["data"], (await slow.hear())["data"]] == ["one", "two"]
        service.faults.delay(0.01)
        await say(service, "three")
        assert (await slow.hear())["data"] == "three"


async def test_a_message_comes_twice() -> None:
    """And the next one does not."""
    async with served() as (service, come):
        peer, connection_id = await come()
        service.faults.duplicate_next(connection_id)
        await say(service, "echo")
        assert [(await peer.hear())["data"], (await peer.hear())["data"]] == ["echo", "echo"]
        await say(service, "once")
        assert (await peer.hear())["data"] == "once"


async def test_a_lost_ack_leaves_the_request_done() -> None:
    """So that its repetition is noticed."""
    async with served() as (service, come):
        peer, connection_id = await come(roles=["webpubsub.joinLeaveGroup"])
        service.faults.lose_next_ack(connection_id)
        service.faults.lose_next_ack(connection_id)
        await peer.say(JOIN, {**JOIN, "ackId": 2}, {**JOIN, "ackId": 1})
        answer = await peer.hear()
        assert (answer["ackId"], answer["error"]["name"]) == (1, "Duplicate")
        assert service.hubs.hub("chat").members("g")


async def test_the_next_event_fails() -> None:
    """With the status that was chosen, and the application is not asked."""
    app = App()
    async with served(app) as (service, come):
        peer, _ = await come()
        seen = len(app.events)
        service.faults.fail_next("hello", status=503, message="out of order")
        await peer.say(
            {"type": "event", "event": "hello", "ackId": 1, "dataType": "text", "data": ""}
        )
        answer = await peer.hear()
        assert (answer["ackId"], answer["success"]) == (1, False)
        assert len(app.events) == seen


async def test_everybody_is_sent_away_and_may_come_again() -> None:
    """As by a service that goes down and is replaced."""
    async with served() as (service, come):
        peer, _ = await come()
        lost, connection_id = await come(subprotocol=RELIABLE)
        service.faults.drop(connection_id)
        await until(lambda: service.hubs.hub("chat").sessions[connection_id].attachment is None)
        service.faults.recycle()
        assert await peer.closing() == (1001, "")
        peer.hang_up()
        await until(lambda: sessions(service) == 0)
        await come()
        assert await lost.aborted()


async def test_what_can_be_mended_is_mended() -> None:
    """Delays, frozen connections, losses and failures that have not come."""
    async with served() as (service, come):
        peer, connection_id = await come(roles=["webpubsub.joinLeaveGroup"])
        faults = service.faults
        faults.freeze(connection_id)
        faults.delay(60, connection_id)
        faults.lose_next_ack(connection_id)
        faults.duplicate_next(connection_id)
        faults.fail_next("connect")
        await say(service, "hi")
        faults.clear()
        assert (await peer.hear())["data"] == "hi"
        await peer.say(JOIN)
        assert (await peer.hear())["ackId"] == 1
        await come()
        faults.clear()


FAULTS: dict[str, tuple[Callable[[Faults, str], None], bool]] = {
    "drop": (lambda faults, one: faults.drop(one), True),
    "freeze": (lambda faults, one: faults.freeze(one), True),
    "thaw": (lambda faults, one: faults.thaw(one), True),
    "delay": (lambda faults, one: faults.delay(0.1), True),
    "duplicate": (lambda faults, one: faults.duplicate_next(one), True),
    "lose_ack": (lambda faults, one: faults.lose_next_ack(one), True),
    "fail": (lambda faults, one: faults.fail_next("message"), False),
    "expire_tokens": (lambda faults, one: faults.expire_tokens(), False),
    "recycle": (lambda faults, one: faults.recycle(), False),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_every_fault_is_seen(name: str) -> None:
    """By whoever looks at what passes, with the connection if it is about one."""
    act, about_one = FAULTS[name]
    async with served() as (service, come):
        _, connection_id = await come()
        seen: list[Sighting] = []
        service.point.attach(seen.append)
        act(service.faults, connection_id)
        (fault,) = [one.item for one in seen if isinstance(one.item, FaultInjected)]
        assert fault.fault == name
        assert (fault.hub, fault.connection_id) == (
            ("chat", connection_id) if about_one else (None, None)
        )
        service.faults.clear()


async def test_what_is_active_is_listed_until_it_has_happened_or_is_cleared() -> None:
    """With whose it is; what is over at once is never in it."""
    async with served() as (service, come):
        peer, connection_id = await come(roles=["webpubsub.joinLeaveGroup"])
        faults = service.faults
        faults.lose_next_ack(connection_id)
        await peer.say(JOIN)
        await until(lambda: not faults.active())
        for act, _ in FAULTS.values():
            if act not in (FAULTS["drop"][0], FAULTS["thaw"][0], FAULTS["recycle"][0]):
                act(faults, connection_id)
        assert {(one.fault, one.connection_id) for one in faults.active()} == {
            (name, connection_id) for name in ("freeze", "delay", "duplicate", "lose_ack")
        } | {("fail", None), ("expire_tokens", None)}
        seen: list[Sighting] = []
        service.point.attach(seen.append)
        faults.clear()
        faults.clear()
        assert [one.item.fault for one in seen if isinstance(one.item, FaultInjected)] == ["clear"]
        assert not faults.active()


async def test_a_connection_that_is_being_cut_can_be_meddled_with() -> None:
    """Nothing comes of it."""
    async with served() as (service, come):
        peer, connection_id = await come()
        for act in ("freeze", "freeze", "drop", "freeze", "thaw", "drop", "freeze"):
            getattr(service.faults, act)(connection_id)
        assert await peer.aborted()
        await until(lambda: sessions(service) == 0)
        assert not service.faults.active()


async def test_those_who_are_gone_are_forgotten() -> None:
    """Meddling with many connections keeps none of them."""
    async with served() as (service, come):
        for _ in range(3):
            peer, connection_id = await come()
            service.faults.delay(0.01, connection_id)
            service.faults.lose_next_ack(connection_id)
            peer.hang_up()
            await until(lambda: sessions(service) == 0)
        await come()
        service.faults.delay(0.01)
        assert len(service.faults._lines) == 1
        assert len(service.faults._codecs) == 0
