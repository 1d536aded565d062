"""Who is connected to a hub."""

from tests.service.wire import App, join, running
from webpubsub.dashboard.connections_view import connections
from webpubsub.protocol import operations as ops
from webpubsub.protocol.outcomes import ConnectAccepted

SEND = "webpubsub.sendToGroup"


async def test_connections_and_groups() -> None:
    """With what each may do and has to wait for."""
    answers = {"connect": ConnectAccepted(connection_state='{"a":1}')}
    async with (
        running(App(answers)) as service,
        await join(service, user_id="alice", groups=["red", "blue"], roles=[SEND]),
        await join(service, user_id="bob", subprotocol="json.reliable.webpubsub.azure.v1"),
    ):
        [bob] = connections(service, "Chat", "BOB")["connections"]
        service.hubs.hub("chat").perform(
            ops.GrantPermission(
                hub="chat",
                connection_id=bob.id,
                permission=ops.Permission.JOIN_LEAVE_GROUP,
                target="red",
            )
        )
        shown = connections(service, "chat")
        alice, bob = shown["connections"]
        assert (shown["total"], alice.user, alice.phase) == (2, "alice", "attached")
        assert alice.groups == ["red", "blue"]
        assert alice.permissions == ["sendToGroup: every group"]
        assert bob.permissions == ["joinLeaveGroup: red"]
        assert (alice.buffered, bob.buffered) == (None, 0)
        assert [(one.name, one.connections) for one in shown["groups"]] == [("red", 1), ("blue", 1)]
        assert [one.user for one in connections(service, "chat", "blue")["connections"]] == [
            "alice"
        ]


async def test_of_many_the_first_are_shown() -> None:
    """And the others are found by who they are."""
    async with (
        running() as service,
        await join(service, user_id="alice"),
        await join(service, user_id="bob"),
    ):
        shown = connections(service, "chat", limit=1)
        assert (shown["total"], [one.user for one in shown["connections"]]) == (2, ["alice"])
        [bob] = connections(service, "chat", "bob", limit=1)["connections"]
        assert bob.user == "bob"


async def test_asking_makes_no_hub() -> None:
    """A hub that nobody has named does not begin to exist because somebody looks."""
    async with running() as service:
        assert connections(service, "nowhere")["total"] == 0
        assert not list(service.hubs)
