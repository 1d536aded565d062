"""What a connection may do with which groups.

Each permission is a base and exceptions. The base comes from roles: every group, some patterns, or
none. The exceptions are single groups, granted beyond the base or denied in spite of it; granting
and revoking at run time only ever changes exceptions. Specification: client-protocols sections 6.1
to 6.3.
"""

import logging
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import msgspec

from webpubsub.protocol.group_patterns import PatternError, Wildcard, matches, parse_pattern
from webpubsub.protocol.names import is_group_name
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.hub import PERMISSIONS_FULL

logger = logging.getLogger("webpubsub.permissions")


class PermissionLimits(msgspec.Struct, frozen=True):
    """How many patterns, and how many single groups granted or denied, a connection may have of
    each permission. Specification: client-protocols section 10."""

    patterns: int = 9
    groups: int = 1000


_DEFAULT_LIMITS = PermissionLimits()

_NONE: frozenset[str] = frozenset()


class Rule(msgspec.Struct):
    """One permission of one connection. Most have no exceptions, and no sets of their own."""

    everything: bool = False
    patterns: tuple[str, ...] = ()
    granted: AbstractSet[str] = _NONE
    denied: AbstractSet[str] = _NONE

    def allows(self, group: str) -> bool:
        """Whether the group is covered."""
        if self.everything:
            return group not in self.denied
        if group in self.granted:
            return True
        return group not in self.denied and self._base_allows(group)

    def grant(self, group: str, most: int) -> bool:
        """Cover the group. Returns False, and does nothing, when there are ``most`` exceptions."""
        if self.allows(group):
            return True
        if group not in self.denied and self._exceptions() >= most:
            return False
        self.denied = _without(self.denied, group)
        if not self._base_allows(group):
            self.granted = _with(self.granted, group)
        return True

    def revoke(self, group: str, most: int) -> bool:
        """Cover the group no longer. Returns False, and does nothing, when there are ``most``
        exceptions."""
        if not self.allows(group):
            return True
        if group not in self.granted and self._exceptions() >= most:
            return False
        self.granted = _without(self.granted, group)
        if self._base_allows(group):
            self.denied = _with(self.denied, group)
        return True

    def copy(self) -> "Rule":
        """The same rule with sets of its own."""
        return Rule(
            self.everything, self.patterns, set(self.granted) or _NONE, set(self.denied) or _NONE
        )

    def _base_allows(self, group: str) -> bool:
        return self.everything or any(matches(pattern, group) for pattern in self.patterns)

    def _exceptions(self) -> int:
        return len(self.granted) + len(self.denied)


def _with(names: AbstractSet[str], name: str) -> AbstractSet[str]:
    """A thousand names are added one by one, so a set that can grow does."""
    if not isinstance(names, set):
        return {*names, name}
    names.add(name)
    return names


def _without(names: AbstractSet[str], name: str) -> AbstractSet[str]:
    if isinstance(names, set):
        names.discard(name)
    return names or _NONE


class PermissionsSnapshot(msgspec.Struct, frozen=True):
    """The permissions of a connection as a value."""

    rules: dict[Permission, Rule]


class Permissions:
    """The permissions of one connection; a permission without a rule covers nothing."""

    __slots__ = ("_limits", "_rules")

    def __init__(self, limits: PermissionLimits = _DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._rules: dict[Permission, Rule] = {}

    @classmethod
    def from_roles(
        cls, roles: Iterable[str], limits: PermissionLimits = _DEFAULT_LIMITS
    ) -> "Permissions":
        """What roles grant, taken in sorted order. A role that means nothing is ignored, one with
        an invalid pattern is ignored and logged."""
        permissions = cls(limits)
        for role in sorted(set(roles)):
            permissions._add_role(role)
        return permissions

    def allows(self, permission: Permission, group: str) -> bool:
        """Whether the permission covers a group."""
        rule = self._rules.get(permission)
        return rule is not None and rule.allows(group)

    def grant(self, permission: Permission, target: str | None) -> Refusal | None:
        """Cover a group, or every group. Refused when there are too many exceptions already."""
        if target is None:
            self._rules[permission] = Rule(everything=True)
            return None
        most = self._limits.groups
        return None if self._rule(permission).grant(target, most) else _full(target, most)

    def revoke(self, permission: Permission, target: str | None) -> Refusal | None:
        """Cover a group no longer, or no group at all. Refused likewise."""
        if target is None:
            self._rules.pop(permission, None)
            return None
        most = self._limits.groups
        return None if self._rule(permission).revoke(target, most) else _full(target, most)

    def snapshot(self) -> PermissionsSnapshot:
        """The permissions as a value that does not change with them."""
        return PermissionsSnapshot({key: rule.copy() for key, rule in self._rules.items()})

    @classmethod
    def restore(
        cls, snapshot: PermissionsSnapshot, limits: PermissionLimits = _DEFAULT_LIMITS
    ) -> "Permissions":
        """Permissions that are in every respect those the snapshot was taken of."""
        permissions = cls(limits)
        permissions._rules = {key: rule.copy() for key, rule in snapshot.rules.items()}
        return permissions

    def _rule(self, permission: Permission) -> Rule:
        return self._rules.setdefault(permission, Rule())

    def _add_role(self, role: str) -> None:
        for permission in Permission:
            name = f"webpubsub.{permission}"
            if role == name:
                self._rule(permission).everything = True
            elif role.startswith(f"{name}."):
                self._add_group(permission, role[len(name) + 1 :])
            elif role.startswith(f"{name}s."):
                self._add_pattern(permission, role[len(name) + 2 :])

    def _add_group(self, permission: Permission, group: str) -> None:
        rule = self._rule(permission)
        if not is_group_name(group):
            logger.error(
                "a role names no group for %s: 1 to 1024 characters, not blank", permission
            )
        elif len(rule.granted) >= self._limits.groups:
            logger.error("the group '%s' for %s is one too many", group, permission)
        else:
            rule.granted = _with(rule.granted, group)

    def _add_pattern(self, permission: Permission, pattern: str) -> None:
        try:
            tokens = parse_pattern(pattern)
        except PatternError as error:
            logger.error("the pattern '%s' for %s grants nothing: %s", pattern, permission, error)
            return
        rule = self._rule(permission)
        if tokens == (Wildcard.ANYTHING,):
            rule.everything = True
        elif not any(isinstance(token, Wildcard) for token in tokens):
            self._add_group(permission, "".join(map(str, tokens)))
        elif len(rule.patterns) >= self._limits.patterns:
            logger.error("the pattern '%s' for %s is one too many", pattern, permission)
        else:
            rule.patterns += (pattern,)


def _full(target: str, most: int) -> Refusal:
    return PERMISSIONS_FULL.refuse(
        f"{most} groups besides '{target}'",
        "The connection has too many permissions for single groups.",
    )
