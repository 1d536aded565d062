"""Events as CloudEvents over HTTP. Specification: upstream-events sections 6 and 14."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.cloud_events.signatures import signature

LONG_KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH"
LONG_KEY_SIGNATURE = "sha256=8de7281e588e23b0a30a7180ffa240257b8176e983004c240c9f3f7a7233c993"
HEX_KEY = "7aab239577fd4f24bc919802fb629f5f"
HEX_KEY_SIGNATURE = "sha256=7767effcb3946f3e1de039df4b986ef02c110b1469d02c0a06f41b3b727ab561"
HEX_KEY_CONNECTION = "0f9c97a2f0bf4706afe87a14e0797b11"


@pytest.mark.parametrize(
    ("connection_id", "keys", "expected"),
    [
        ("conn1", [LONG_KEY], LONG_KEY_SIGNATURE),
        (HEX_KEY_CONNECTION, [HEX_KEY], HEX_KEY_SIGNATURE),
        ("conn1", [], ""),
    ],
)
def test_signature_is_that_of_the_service(
    connection_id: str, keys: list[str], expected: str
) -> None:
    """Known keys and connection ids give the values the official receivers accept."""
    assert signature(connection_id, keys) == expected


@given(st.text(), st.lists(st.text(), max_size=3))
def test_each_key_signs_in_order(connection_id: str, keys: list[str]) -> None:
    """Every key contributes one lower-case HMAC of the connection id, in the given order."""
    entries = [entry for entry in signature(connection_id, keys).split(",") if entry]
    assert entries == [
        "sha256=" + hmac.new(key.encode(), connection_id.encode(), hashlib.sha256).hexdigest()
        for key in keys
    ]
