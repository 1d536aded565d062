"""Why requests to the webhook of an app are turned away.

Specification: bindings section 3.2.
"""

from webpubsub.protocol.refusals import RefusalKind, deliveries

KINDS = [kind for kind in vars(deliveries).values() if isinstance(kind, RefusalKind)]


def test_statuses() -> None:
    """The sender is wrong, or not known, or there is no function: no failure of the app."""
    own = {deliveries.NO_FUNCTION: 404, deliveries.NOT_TRUSTED: 401}
    assert [kind.http_status for kind in KINDS] == [own.get(kind, 400) for kind in KINDS]
    assert all(kind.code.startswith("delivery.") for kind in KINDS)
