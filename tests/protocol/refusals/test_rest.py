"""The refusals of the REST API, as a catalogue."""

import pytest

from webpubsub.protocol.refusals import RefusalKind, rest

KINDS = {name: kind for name, kind in vars(rest).items() if isinstance(kind, RefusalKind)}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_each_is_an_entry_one_can_act_on(kind: RefusalKind) -> None:
    """A code of this edge, an HTTP error, and a remedy in whole sentences."""
    assert kind.code.startswith("rest.")
    assert kind.http_status in range(400, 600)
    assert kind.close_code is None
    assert kind.ack_error is None
    assert kind.remedy[0].isupper()
    assert kind.remedy.endswith(".")
    assert not kind.wanted.endswith(".")


def test_only_the_state_of_the_service_invites_retries() -> None:
    """The SDKs try again after these statuses, which helps no request that is wrong in itself."""
    tried_again = {name for name, kind in KINDS.items() if kind.http_status in (429, 500, 503)}
    assert tried_again == {"INTERNAL_ERROR", "UNHEALTHY"}
