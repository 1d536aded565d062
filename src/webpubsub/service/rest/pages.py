"""The pages in which the connections of a group are listed. Specification: rest-api section 6.6."""

from typing import Any
from urllib.parse import urlencode

from webpubsub.protocol.continuation_tokens import make_continuation_token
from webpubsub.protocol.operations import GroupListing, GroupPage
from webpubsub.service.rest.calls import Call

_NEWEST_VERSION = "2024-12-01"


def listing(call: Call) -> GroupListing:
    """What the hub is asked for one page."""
    limit = call.page_size if call.top is None else min(call.page_size, call.top)
    return GroupListing(hub=call.hub, group=call.group, after=call.after, limit=limit)


def shown_page(call: Call, page: GroupPage) -> dict[str, Any]:
    """The body of the answer."""
    members = [
        {"connectionId": member.connection_id, "userId": member.user_id} for member in page.members
    ]
    return {"value": members, "nextLink": _next_link(call, page)}


def _next_link(call: Call, page: GroupPage) -> str | None:
    """The SDKs follow it as it is, so all that the next page needs is in it."""
    left = None if call.top is None else call.top - len(page.members)
    if not page.has_more or left == 0:
        return None
    parameters: dict[str, Any] = {"api-version": _NEWEST_VERSION, "maxpagesize": call.page_size}
    if left is not None:
        parameters["top"] = left
    last_id = page.members[-1].connection_id
    parameters["continuationToken"] = make_continuation_token(
        call.hub, call.group, last_id, call.keys[0]
    )
    return f"{call.endpoint}{call.target.raw_path}?{urlencode(parameters)}"
