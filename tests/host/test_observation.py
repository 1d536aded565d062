"""What passes the point of the host; each kind is seen where it passes."""

import asyncio
import logging

from webpubsub.host.current_invocation import CurrentInvocation, current_invocation
from webpubsub.host.observation import InvocationLogged, ObservationPoint, Sighting

logger = logging.getLogger("an.app")


async def test_what_functions_log_is_seen() -> None:
    """Only while somebody looks, and only what is logged during an invocation."""
    point = ObservationPoint()
    seen: list[Sighting] = []
    handlers = len(logging.getLogger().handlers)
    token = current_invocation.set(CurrentInvocation("i", "fn"))
    try:
        logger.warning("before")
        detach = point.attach(seen.append)
        detach_another = point.attach(seen.append)
        logger.warning("to %s", "all")
        detach_another()
        try:
            raise ValueError("why")
        except ValueError:
            logger.exception("failed")
        detach()
        logger.warning("after")
    finally:
        current_invocation.reset(token)
    assert len(logging.getLogger().handlers) == handlers
    first, second, last = (sighting.item for sighting in seen)
    assert (
        first
        == second
        == InvocationLogged(
            invocation_id="i", function="fn", level="WARNING", logger="an.app", message="to all"
        )
    )
    assert isinstance(last, InvocationLogged)
    assert (last.message, last.level) == ("failed", "ERROR")
    assert "ValueError: why" in (last.exception or "")
    await asyncio.sleep(0)
    assert len(seen) == 3
