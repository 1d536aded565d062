"""Takes secrets out of what is recorded: tokens, keys, signatures, cookies, and codes in URLs.

A secret is known by the name it goes by, or by its look. What is recorded stays of the same shape.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

HIDDEN: Final = "[secret]"

_NAME: Final = re.compile(
    r"token|secret|passw|credential|cookie|authorization|signature|thumbprint"
    r"|(access|api|function|functions|private|master|shared|host)[-_]?key",
    re.IGNORECASE,
)
#: In a query, shorter names do, too: what they hold goes into logs of servers.
_QUERY: Final = re.compile(rf"{_NAME.pattern}|^(code|sig|key)$", re.IGNORECASE)
_LOOKS: Final = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), HIDDEN),
    (
        re.compile(r"((?:AccessKey|SharedAccessKey)\s*=\s*)[^;\s\"']+", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\b((?:Bearer|Basic) )[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1{HIDDEN}"),
    (
        re.compile(
            r"([?&](?:[\w.-]*(?:token|secret|password|key|signature)|code|sig)=)[^&#\s\"']+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
)


def scrubbed(value: Any) -> Any:
    """A JSON value without secrets, however deep they are."""
    if isinstance(value, str):
        return scrubbed_text(value)
    if isinstance(value, Mapping):
        return {
            name: _hidden(one) if _NAME.search(name) else scrubbed(one)
            for name, one in value.items()
        }
    return [scrubbed(one) for one in value] if isinstance(value, list) else value


def scrubbed_query(query: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a query, likewise."""
    return {
        name: _hidden(one) if _QUERY.search(name) else scrubbed(one) for name, one in query.items()
    }


def scrubbed_text(text: str) -> str:
    """A text without what looks like a secret."""
    for look, instead in _LOOKS:
        text = look.sub(instead, text)
    return text


def scrubbed_bytes(data: bytes) -> bytes:
    """Bytes without what looks like a secret, in whatever else they hold."""
    return scrubbed_text(data.decode("latin-1")).encode("latin-1")


def _hidden(value: Any) -> Any:
    """Nothing of a value but its shape."""
    if isinstance(value, list):
        return [_hidden(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _hidden(one) for name, one in value.items()}
    return value if value is None or isinstance(value, bool) else HIDDEN
