"""Events of a client: asked of the application, and answered by a reply, an ack, or the end.

While one is being answered, the client's inbox holds everything younger. Specification:
client-protocols sections 2.1, 3.2, 3.3 and 5.6.
"""

import asyncio
import logging

from webpubsub.protocol import operations as ops
from webpubsub.protocol.acks import INTERNAL_SERVER_ERROR
from webpubsub.protocol.clients import requests
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.outcomes import EventFailed, Unhandled, UserEventAccepted
from webpubsub.protocol.refusals.websockets import (
    EVENT_FAILED,
    RAW_GROUP_FORBIDDEN,
    close_refusal,
)
from webpubsub.service.connections.client import Client, RawGroup
from webpubsub.service.connections.completions import Completion
from webpubsub.service.connections.requests.groups import send_to_group
from webpubsub.service.connections.requests.handlers import Handlers
from webpubsub.service.sessions.life import Phase

logger = logging.getLogger("webpubsub.service.connections")


def _send_event(client: Client, request: requests.SendEvent) -> None:
    if client.raw_group is not None:
        _send_raw(client, request, client.raw_group)
        return
    if not client.is_new(request.ack_id):
        return
    completion = client.completions.expect() if request.ack_id is not None else None
    client.inbox.hold()
    # A task without a name would be given one that is as long in the making as the rest of it.
    client.event = asyncio.Task(
        _answer(client, request, completion), loop=client.loop, name="event"
    )
    # So that an answer that is there at once is not written a turn later.
    client.outbox.flusher.mark(client.outbox)


def _send_raw(client: Client, request: requests.SendEvent, raw: RawGroup) -> None:
    """The message of a simple client in sendToGroup mode."""
    if not client.session.permissions.allows(Permission.SEND_TO_GROUP, raw.group):
        client.refuse(close_refusal(RAW_GROUP_FORBIDDEN, f"no role for '{raw.group}'"))
        return
    wanted = requests.SendToGroup(group=raw.group, message=request.message, no_echo=raw.no_echo)
    client.observe(wanted)
    send_to_group(client, wanted)


async def _answer(
    client: Client, request: requests.SendEvent, completion: Completion | None
) -> None:
    try:
        outcome = await client.router.user_event(client.session, request.event, request.message)
        _settle(client, request, outcome, completion)
        client.inbox.release()
    except Exception:
        logger.exception("the event '%s' of hub '%s'", request.event, client.hub.name)
        _fail_for_good(client)


def _fail_for_good(client: Client) -> None:
    """We failed between two items: none of those that wait can be handled any more."""
    client.event = None
    client.inbox.clear()
    client.inbox.release()
    client.websocket.on_internal_error()


def _settle(
    client: Client,
    request: requests.SendEvent,
    outcome: UserEventAccepted | EventFailed | Unhandled,
    completion: Completion | None,
) -> None:
    """Without a transport, a reply is kept for the client and the ack id is remembered."""
    client.event = None
    if client.session.phase is Phase.ENDED:
        return
    if isinstance(outcome, UserEventAccepted):
        _reply(client, outcome)
        client.succeed(request.ack_id, completion)
    else:
        _fail(client, request, outcome, completion)


def _reply(client: Client, outcome: UserEventAccepted) -> None:
    """Send the reply; one with neither data nor metadata is none."""
    reply = outcome.reply
    if reply is not None and (reply.data or reply.metadata):
        client.hub.perform(
            ops.SendToConnection(
                hub=client.hub.name,
                connection_id=client.session.connection_id,
                message=reply,
            )
        )


def _fail(
    client: Client,
    request: requests.SendEvent,
    outcome: EventFailed | Unhandled,
    completion: Completion | None,
) -> None:
    refusal = close_refusal(EVENT_FAILED, _describe(request.event, outcome))
    if client.codec.name == "simple":
        client.refuse(refusal)
    else:
        client.log(refusal)
        client.acknowledge(request.ack_id, INTERNAL_SERVER_ERROR, completion)


def _describe(event: str, outcome: EventFailed | Unhandled) -> str:
    if isinstance(outcome, Unhandled):
        return f"no handler for the event '{event}'"
    return f"status {outcome.status} for the event '{event}': {outcome.message}"


EVENTS: Handlers = {requests.SendEvent: _send_event}
