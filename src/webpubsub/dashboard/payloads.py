"""Payloads as the page gets them: their beginning, as text if it is text, and how much there is."""

from base64 import b64encode

import msgspec

from webpubsub.protocol.messages import DataType, Message

#: How much of a payload a list shows, and how much the page gets of one that is opened.
PREVIEW_CHARACTERS = 160
SHOWN_BYTES = 65_536

_TEXTUAL = (DataType.TEXT, DataType.JSON)


class ShownPayload(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """``text`` or ``base64`` holds the first bytes of ``size``."""

    kind: str
    size: int
    text: str | None = None
    base64: str | None = None
    metadata: dict[str, str] | None = None


def shown_payload(message: Message) -> ShownPayload:
    """A message's payload. What calls itself text and is not UTF-8 is shown as bytes."""
    metadata = dict(message.metadata) if message.metadata else None
    return shown_bytes(message.data, message.data_type, metadata)


def shown_bytes(
    data: bytes, kind: str = "binary", metadata: dict[str, str] | None = None
) -> ShownPayload:
    """Bytes of some kind, likewise."""
    start = data[:SHOWN_BYTES]
    text = _text(start, is_whole=len(start) == len(data)) if kind in _TEXTUAL else None
    return ShownPayload(
        kind=str(kind),
        size=len(data),
        text=text,
        base64=b64encode(start).decode() if text is None else None,
        metadata=metadata,
    )


def preview(message: Message) -> str:
    """A payload on one short line."""
    if message.data_type not in _TEXTUAL:
        return message.data[: PREVIEW_CHARACTERS // 4].hex(" ")
    text = message.data[: PREVIEW_CHARACTERS * 4].decode(errors="replace")
    return " ".join(text.split())[:PREVIEW_CHARACTERS]


def _text(data: bytes, *, is_whole: bool) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        # The cut may have gone through a character of up to four bytes.
        if is_whole or error.start < len(data) - 3:
            return None
        return data[: error.start].decode()
