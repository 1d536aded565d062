"""What a connection may do with which groups.

Specification: client-protocols sections 6.1 to 6.3, rest-api sections 4.2 and 6.7.
"""

import logging
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.operations import Permission
from webpubsub.protocol.permissions import PermissionLimits, Permissions
from webpubsub.protocol.refusals.hub import PERMISSIONS_FULL

SEND, JOIN = Permission.SEND_TO_GROUP, Permission.JOIN_LEAVE_GROUP
BOTH = (SEND, JOIN)
MAX_EXCEPTIONS = PermissionLimits().groups


def allowed(permissions: Permissions, *groups: str) -> set[str]:
    """What is allowed, written ``send room`` or ``join room``."""
    words = {SEND: "send", JOIN: "join"}
    return {
        f"{words[permission]} {group}"
        for permission in BOTH
        for group in groups
        if permissions.allows(permission, group)
    }


@pytest.mark.parametrize(
    ("roles", "groups"),
    [
        ([], set()),
        (["webpubsub.sendToGroup"], {"send a", "send a.b", "send A", "send a*"}),
        (["webpubsub.joinLeaveGroup"], {"join a", "join a.b", "join A", "join a*"}),
        (["webpubsub.sendToGroup.a"], {"send a"}),
        (["webpubsub.joinLeaveGroup.a.b"], {"join a.b"}),
        (["webpubsub.sendToGroup.a*"], {"send a*"}),
        (["webpubsub.sendToGroups.a*"], {"send a", "send a*"}),
        (["webpubsub.joinLeaveGroups.a**"], {"join a", "join a.b", "join a*"}),
        (["webpubsub.sendToGroups.**"], {"send a", "send a.b", "send A", "send a*"}),
        (["webpubsub.sendToGroups.***"], {"send a", "send a.b", "send A", "send a*"}),
        (["webpubsub.sendToGroups.*"], {"send a", "send A", "send a*"}),
        (["webpubsub.sendToGroups.a"], {"send a"}),
        ([r"webpubsub.sendToGroups.a\*"], {"send a*"}),
        (
            ["webpubsub.sendToGroup.a", "webpubsub.joinLeaveGroup.A"],
            {"send a", "join A"},
        ),
        (["webpubsub.sendToGroup.a", "webpubsub.sendToGroups.?.b"], {"send a", "send a.b"}),
        (["webpubsub.sendToGroupX"], set()),
        (["webpubsub.sendToGroupsX"], set()),
        (["webpubsub.sendToGroups"], set()),
        (["webpubsub.sendtogroup"], set()),
        (["WebPubSub.sendToGroup"], set()),
        ([" webpubsub.sendToGroup", "webpubsub.sendToGroup "], set()),
        (["webpubsub.sendToGroup. a"], set()),
        (["sendToGroup", "", "webpubsub", "admin"], set()),
    ],
)
def test_roles(roles: list[str], groups: set[str]) -> None:
    """Each role grants what its row of the reference says, in any company."""
    assert allowed(Permissions.from_roles(roles), "a", "a.b", "A", "a*") == groups


@pytest.mark.parametrize(
    "role",
    [
        "webpubsub.sendToGroup.",
        "webpubsub.sendToGroup. ",
        "webpubsub.sendToGroup." + "g" * 1025,
        "webpubsub.sendToGroups.",
        "webpubsub.sendToGroups." + "g" * 1025,
        "webpubsub.sendToGroups. ",
        r"webpubsub.sendToGroups.invalid-\a",
        "webpubsub.sendToGroups.******",
        "webpubsub.sendToGroups.a\\",
    ],
)
def test_an_invalid_role_grants_nothing_and_is_logged(
    role: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One bad role is skipped, the others count, and the log says so."""
    permissions = Permissions.from_roles([role, "webpubsub.sendToGroup.a"])
    assert allowed(permissions, "a", "b", " ", "", "g" * 1025) == {"send a"}
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_patterns_beyond_the_ninth_are_skipped(caplog: pytest.LogCaptureFixture) -> None:
    """Nine patterns of each permission are kept, first in sorted order, however often given."""
    roles = [f"webpubsub.sendToGroups.{letter}*" for letter in "jihgfedcba"]
    join = ["webpubsub.joinLeaveGroups.j*"]
    permissions = Permissions.from_roles([*roles, *roles, *join])
    assert PermissionLimits().patterns == 9
    assert allowed(permissions, *"abcdefghij") == {*(f"send {x}" for x in "abcdefghi"), "join j"}
    assert [record.getMessage() for record in caplog.records] == [
        "the pattern 'j*' for sendToGroup is one too many"
    ]


def test_groups_beyond_the_thousandth_are_skipped(caplog: pytest.LogCaptureFixture) -> None:
    """A thousand groups of each permission are kept, and what does not fit is logged."""
    roles = [f"webpubsub.sendToGroup.g{number:04}" for number in range(1001)]
    permissions = Permissions.from_roles([*roles, "webpubsub.joinLeaveGroup.g1000"])
    assert permissions.allows(SEND, "g0999")
    assert allowed(permissions, "g1000") == {"join g1000"}
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("roles", "changes", "groups"),
    [
        ([], [("grant", "a")], {"send a"}),
        ([], [("grant", "a"), ("revoke", "a")], set()),
        ([], [("revoke", "a")], set()),
        ([], [("revoke", "a"), ("grant", "a")], {"send a"}),
        ([], [("grant", "a"), ("grant", "a"), ("revoke", "a")], set()),
        ([], [("grant", "*")], set()),
        ([], [("grant", None)], {"send a", "send b", "send b.c"}),
        ([], [("grant", None), ("revoke", "a")], {"send b", "send b.c"}),
        ([], [("grant", None), ("revoke", None)], set()),
        ([], [("grant", "a"), ("revoke", None)], set()),
        (["webpubsub.sendToGroup"], [("revoke", "a")], {"send b", "send b.c"}),
        (["webpubsub.sendToGroup"], [("revoke", "**")], {"send a", "send b", "send b.c"}),
        (
            ["webpubsub.sendToGroup"],
            [("revoke", "a"), ("grant", "a")],
            {"send a", "send b", "send b.c"},
        ),
        (
            ["webpubsub.sendToGroup"],
            [("revoke", "a"), ("grant", None)],
            {"send a", "send b", "send b.c"},
        ),
        (["webpubsub.sendToGroup"], [("revoke", None)], set()),
        (["webpubsub.sendToGroup"], [("revoke", None), ("grant", "b")], {"send b"}),
        (["webpubsub.sendToGroup.a"], [("revoke", "a")], set()),
        (["webpubsub.sendToGroups.b**"], [("revoke", "b")], {"send b.c"}),
        (["webpubsub.sendToGroups.b**"], [("revoke", "b"), ("grant", "a")], {"send a", "send b.c"}),
        (["webpubsub.sendToGroup.b", "webpubsub.sendToGroups.b*"], [("revoke", "b")], set()),
    ],
)
def test_granting_and_revoking(
    roles: list[str], changes: list[tuple[str, str | None]], groups: set[str]
) -> None:
    """A change is about the literal group and about nothing else, whatever the roles say."""
    permissions = Permissions.from_roles(roles)
    for change, target in changes:
        assert getattr(permissions, change)(SEND, target) is None
    assert allowed(permissions, "a", "b", "b.c") == groups


def test_the_1001st_grant_is_refused_and_changes_nothing() -> None:
    """Exceptions are bounded; what is granted already may be granted again."""
    permissions = Permissions()
    for number in range(MAX_EXCEPTIONS):
        assert permissions.grant(SEND, f"g{number}") is None
    refusal = permissions.grant(SEND, "more")
    assert MAX_EXCEPTIONS == 1000
    assert refusal is not None
    assert refusal.kind is PERMISSIONS_FULL
    assert refusal.seen == "1000 groups besides 'more'"
    assert not permissions.allows(SEND, "more")
    assert permissions.grant(SEND, "g7") is None
    assert permissions.grant(JOIN, "more") is None
    assert permissions.revoke(SEND, "g7") is None
    assert permissions.grant(SEND, "more") is None
    assert allowed(permissions, "g7", "more") == {"send more", "join more"}


def test_the_1001st_revocation_is_refused_and_changes_nothing() -> None:
    """Denials of groups that a role covers are bounded likewise; others need no room."""
    permissions = Permissions.from_roles(["webpubsub.sendToGroups.g*"])
    for number in range(MAX_EXCEPTIONS):
        assert permissions.revoke(SEND, f"g{number}") is None
    refusal = permissions.revoke(SEND, "g-more")
    assert refusal is not None
    assert refusal.kind is PERMISSIONS_FULL
    assert permissions.allows(SEND, "g-more")
    assert permissions.revoke(SEND, "never covered") is None
    assert permissions.revoke(SEND, "g1") is None
    assert permissions.grant(SEND, "outside") is not None
    assert permissions.grant(SEND, "g1") is None
    assert permissions.grant(SEND, "outside") is None
    assert allowed(permissions, "g1", "g2", "outside") == {"send g1", "send outside"}


def test_the_limits_can_be_set(caplog: pytest.LogCaptureFixture) -> None:
    """For roles, for granting and for revoking, and permissions that have moved keep to them."""
    limits = PermissionLimits(patterns=1, groups=2)
    roles = [*(f"webpubsub.joinLeaveGroup.{x}" for x in "abc"), "webpubsub.sendToGroups.a*"]
    first = Permissions.from_roles([*roles, "webpubsub.sendToGroups.b*"], limits)
    assert allowed(first, *"abc") == {"join a", "join b", "send a"}
    assert len(caplog.records) == 2
    for permissions in (first, Permissions.restore(first.snapshot(), limits)):
        assert permissions.revoke(SEND, "a") is None
        assert permissions.grant(SEND, "c") is None
        refusals = permissions.grant(SEND, "d"), permissions.revoke(SEND, "a2")
        assert {one and one.seen for one in refusals} == {
            "2 groups besides 'd'",
            "2 groups besides 'a2'",
        }
        assert allowed(permissions, "a", "c", "d", "a2") == {"send c", "send a2", "join a"}


def test_a_snapshot_does_not_change_with_the_permissions() -> None:
    """What was taken is what is restored, and neither side sees the other's later changes."""
    permissions = Permissions.from_roles(["webpubsub.sendToGroup.a", "webpubsub.joinLeaveGroup"])
    snapshot = permissions.snapshot()
    permissions.grant(SEND, "b")
    restored, again = Permissions.restore(snapshot), Permissions.restore(snapshot)
    restored.revoke(JOIN, "a")
    assert allowed(permissions, "a", "b") == {"send a", "send b", "join a", "join b"}
    assert allowed(restored, "a", "b") == {"send a", "join b"}
    assert allowed(again, "a", "b") == {"send a", "join a", "join b"}


@dataclass
class Model:
    """The reference in the plainest words: the roles' base, and what was said about a group last.

    Where the roles' own literal groups count as said, in the beginning.
    """

    covers_c: bool
    said: dict[str, bool] = field(default_factory=dict)
    everything: bool = False

    def allows(self, group: str) -> bool:
        base = self.everything or (self.covers_c and group.startswith("c"))
        return self.said.get(group, base)

    def change(self, verb: str, target: str | None) -> None:
        if target is None:
            self.everything, self.covers_c = verb == "grant", False
            self.said = {}
        else:
            self.said[target] = verb == "grant"


GROUPS = ["a", "b", "c", "cc", "*"]
ROLES = ["sendToGroup.a", "sendToGroup.c", "sendToGroups.c**", "sendToGroup"]


@given(
    st.sets(st.sampled_from(ROLES)),
    st.lists(
        st.tuples(st.sampled_from(["grant", "revoke", "move"]), st.sampled_from([*GROUPS, None])),
        max_size=20,
    ),
)
def test_permissions_do_what_was_said_last(
    roles: set[str], changes: list[tuple[str, str | None]]
) -> None:
    """Random changes leave what the model says, even when the permissions move in between."""
    permissions = Permissions.from_roles(f"webpubsub.{role}" for role in roles)
    model = Model("sendToGroups.c**" in roles, everything="sendToGroup" in roles)
    model.said = {role[-1]: True for role in roles if role in ("sendToGroup.a", "sendToGroup.c")}
    for verb, target in changes:
        if verb == "move":
            permissions = Permissions.restore(permissions.snapshot())
        else:
            getattr(permissions, verb)(SEND, target)
            model.change(verb, target)
        assert [permissions.allows(SEND, g) for g in GROUPS] == [model.allows(g) for g in GROUPS]
        assert not any(permissions.allows(JOIN, group) for group in GROUPS)


@given(st.lists(st.text() | st.sampled_from(ROLES).map("webpubsub.{}".format)), st.text())
def test_no_role_is_an_error(roles: list[str], group: str) -> None:
    """Whatever a token lists, a connection gets permissions, the same in any order of roles."""
    forwards, backwards = Permissions.from_roles(roles), Permissions.from_roles(roles[::-1])
    assert [forwards.allows(p, group) for p in BOTH] == [backwards.allows(p, group) for p in BOTH]
