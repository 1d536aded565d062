"""Which services may deliver events.

Specification: bindings sections 3.3 and 3.6.
"""

import pytest

from tests.host.extensions.webpubsub.bindings import context
from webpubsub.host.extensions.webpubsub.accesses import EVERYBODY, Access, AccessList, separated
from webpubsub.protocol.cloud_events import signature
from webpubsub.protocol.events import ConnectionContext, EventType

KEY = "7aab239577fd4f24bc919802fb629f5f"
CONNECTION = "0f9c97a2f0bf4706afe87a14e0797b11"
SIGNED = "sha256=7767effcb3946f3e1de039df4b986ef02c110b1469d02c0a06f41b3b727ab561"
OTHER = signature(CONNECTION, ["another key"])

LIST = AccessList.of([Access("a.example", KEY), Access("b.example"), Access("c.example", "other")])


def event(origin: str | None, given: str | None) -> ConnectionContext:
    return context(
        EventType.USER, "message", connection_id=CONNECTION, origin=origin, signature=given
    )


@pytest.mark.parametrize(
    ("origin", "given", "trusted"),
    [
        ("a.example", SIGNED, True),
        ("a.example", SIGNED.upper(), True),
        ("a.example", f"{OTHER},{SIGNED}", True),
        ("a.example", f"{OTHER} {SIGNED}", True),
        ("a.example", OTHER, False),
        ("a.example", SIGNED.removeprefix("sha256="), False),
        ("a.example", f"{SIGNED}0", False),
        ("a.example", "é", False),
        ("a.example", "", False),
        ("a.example", None, False),
        ("b.example", None, True),
        ("b.example", "nonsense", True),
        ("x.example,a.example", SIGNED, True),
        ("x.example, b.example a.example", OTHER, True),
        ("c.example,a.example", SIGNED, False),
        ("a.example,b.example", OTHER, False),
        ("A.example", SIGNED, False),
        ("a.example:443", SIGNED, False),
        ("*", SIGNED, False),
        ("x.example", SIGNED, False),
        ("", SIGNED, False),
        (None, SIGNED, False),
    ],
)
def test_section_3_6_the_first_known_origin_decides(
    origin: str | None, given: str | None, trusted: bool
) -> None:
    """Its key, if it has one, must have made one of the signatures."""
    assert LIST.trusts(event(origin, given)) is trusted


@pytest.mark.parametrize(
    ("hosts", "allowed"),
    [
        (["a.example"], True),
        (["x.example", "b.example"], True),
        (["x.example"], False),
        (["A.EXAMPLE"], False),
        (["*"], False),
        ([], False),
    ],
)
def test_section_3_3_any_known_host_will_do(hosts: list[str], allowed: bool) -> None:
    """Names are compared exactly."""
    assert LIST.allows(hosts) is allowed


def test_without_a_list_everybody_may_deliver() -> None:
    """Neither origins nor signatures count."""
    assert EVERYBODY.is_open
    assert EVERYBODY.trusts(event(None, None))
    assert EVERYBODY.allows(["anything"])
    assert not LIST.is_open
    assert not AccessList.of([]).is_open


def test_section_2_2_a_host_is_there_once() -> None:
    """Two keys of one resource cannot be told apart by origin; one of them is enough."""
    with pytest.raises(ValueError, match=r"have the host 'a\.example'; name one of them"):
        AccessList.of([Access("a.example", KEY), Access("a.example", "other")])


def test_parts_of_a_header() -> None:
    """Commas and blanks divide, and nothing is no part."""
    assert list(separated(" a, b,,c  d,")) == ["a", "b", "c", "d"]


def test_no_key_is_shown() -> None:
    """Not even by accident."""
    assert KEY not in repr(Access("a.example", KEY))
