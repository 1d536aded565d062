"""What a refusal is."""

import msgspec


class RefusalKind(msgspec.Struct, frozen=True, kw_only=True):
    """One way of being refused.

    ``code`` is stable and dotted, such as ``handshake.token.expired``. ``checked`` says what was
    looked at, ``wanted`` what would have passed, ``remedy`` how to mend it and ``setting`` which
    setting changes it, if any. The last three fields say how the refusal shows on the wire: an HTTP
    status, a WebSocket close code, or the name of an error ack.
    """

    code: str
    checked: str
    wanted: str
    remedy: str
    setting: str | None = None
    http_status: int | None = None
    close_code: int | None = None
    ack_error: str | None = None

    def refuse(self, seen: str, wire_message: str = "") -> "Refusal":
        """A refusal of this kind. ``seen`` never holds a secret; ``wire_message`` is what the
        client is shown."""
        return Refusal(kind=self, seen=seen, wire_message=wire_message)


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One refusal that happened."""

    kind: RefusalKind
    seen: str
    wire_message: str = ""

    def describe(self) -> str:
        """One line for a log: the code, what was checked, what was wanted, what was seen, how to
        mend it."""
        kind = self.kind
        setting = f" Setting: {kind.setting}." if kind.setting else ""
        seen = one_line(self.seen).removesuffix(".")
        return (
            f"{kind.code}: checked {kind.checked}; wanted {kind.wanted}; saw {seen}. "
            f"{kind.remedy}{setting}"
        )


class CheckMade(msgspec.Struct, frozen=True, kw_only=True):
    """One of the checks on the way to a refusal, by the refusal that it would have been. ``seen``
    never holds a secret."""

    kind: RefusalKind
    seen: str
    passed: bool = True


class Refused(Exception):
    """Raised where a refusal stops the work at hand."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.describe())
        self.refusal = refusal


def one_line(text: str) -> str:
    """Text for a log: what was seen may come from anybody, who must not be able to write lines into
    it."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
