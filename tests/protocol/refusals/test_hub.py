"""What a hub refuses."""

from webpubsub.protocol.permissions import PermissionLimits
from webpubsub.protocol.refusals import RefusalKind, hub


def test_statuses() -> None:
    """What is not there is 404; what does not fit any more is 409; what means nothing is 400."""
    statuses = {
        kind.code: kind.http_status for kind in vars(hub).values() if isinstance(kind, RefusalKind)
    }
    assert statuses == {
        "hub.connection.unknown": 404,
        "hub.user.unknown": 404,
        "hub.permissions.full": 409,
        "hub.groups.full": 409,
        "hub.filter.invalid": 400,
        "hub.message.null": 400,
        "hub.group-state.not-member": None,
        "hub.group-state.full": None,
        "hub.group-state.subscriptions-full": None,
    }


def test_the_text_knows_the_limit() -> None:
    """The number in the catalogue is the one that is enforced."""
    assert str(PermissionLimits().groups) in hub.PERMISSIONS_FULL.wanted
