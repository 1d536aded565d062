"""What a message's metadata may hold. Specification: client-protocols section 5.4."""

import re
from collections.abc import Mapping

MAX_KEY_BYTES = 256
MAX_VALUE_BYTES = 1024
MAX_TOTAL_BYTES = 8192

_KEY = re.compile(r"[!#$%&'*+\-.^_|~0-9A-Za-z`]+")


def metadata_problem(metadata: Mapping[str, str]) -> str | None:
    """What is wrong with the metadata as half a sentence, or None when nothing is.

    Keys are HTTP tokens of up to 256 bytes, values ASCII of up to 1024 bytes, and all of them
    together take up to 8192 bytes.
    """
    total = 0
    for key, value in metadata.items():
        if not _KEY.fullmatch(key) or len(key) > MAX_KEY_BYTES:
            return f"a metadata key that is not a token of 1 to {MAX_KEY_BYTES} characters"
        if not value.isascii() or len(value) > MAX_VALUE_BYTES:
            return f"the metadata '{key}', which is not ASCII of up to {MAX_VALUE_BYTES} characters"
        total += len(key) + len(value)
    if total > MAX_TOTAL_BYTES:
        return f"{total} bytes of metadata, where {MAX_TOTAL_BYTES} are allowed"
    return None
