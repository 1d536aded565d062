"""Keys as their files hold them: the format is that of ``AzureWebJobsSecretStorageType`` files.

Specification: functions-python section 5.3.
"""

import base64
import re
import secrets
from enum import Enum

import msgspec

#: The name that files give to the master key, and the one by which people ask for it.
MASTER = "master"
MASTER_ALIAS = "_master"
DEFAULT = "default"

_BYTES = 40
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,126}")
_MIN_VALUE, _MAX_VALUE = 16, 1024
_VALUE = re.compile(r"[\x21-\x7e]+")


class InvalidKey(Exception):
    """A key has a name or a value that cannot be used; the text says what can."""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key. ``encrypted`` keys come from another host, and cannot be read here."""

    name: str
    value: str
    encrypted: bool = False

    def __repr__(self) -> str:
        return f"Key(name={self.name!r})"


class HostKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The keys of the host: the master key opens everything, function keys every function, and a
    system key the webhook of the extension in its name."""

    master_key: Key
    function_keys: tuple[Key, ...] = ()
    system_keys: tuple[Key, ...] = ()


class FunctionKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of one function."""

    keys: tuple[Key, ...] = ()


class ScopeKind(Enum):
    """Whose keys; the values are the names that the administration has for them."""

    MASTER = "master"
    HOST = "functionkeys"
    SYSTEM = "systemkeys"
    FUNCTION = "function"


class Scope(msgspec.Struct, frozen=True):
    """Whose keys are meant; ``function`` is set for those of one."""

    kind: ScopeKind
    function: str = ""


def system_key_name(extension: str) -> str:
    """The name of the system key that opens the webhook of an extension."""
    return f"{extension.lower()}_extension"


def new_key(name: str) -> Key:
    """A key made of 40 random bytes.

    It has the form of Azure's keys, and not the mark by which these are recognised: that mark would
    have scanners for leaked secrets take it for one of Azure's.
    """
    return Key(name=name, value=base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)).decode())


def given_key(name: str, value: str) -> Key:
    """A key that somebody chose. Raises InvalidKey."""
    if not (_MIN_VALUE <= len(value) <= _MAX_VALUE and _VALUE.fullmatch(value)):
        raise InvalidKey(
            f"The value of key '{name}' must be {_MIN_VALUE} to {_MAX_VALUE} printable ASCII "
            "characters without spaces."
        )
    return Key(name=name, value=value)


def check_key_name(name: str) -> None:
    """Raises InvalidKey for a name that cannot be part of an address."""
    if _NAME.fullmatch(name) is None:
        raise InvalidKey(
            f"'{name}' cannot be the name of a key: use a letter or digit, then up to 126 letters, "
            "digits, '_', '-' and '.'."
        )
