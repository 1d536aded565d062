"""First and last members, as whoever watches them learns of them."""

from webpubsub.service.hubs.rosters import RosterKind


class Edges:
    """Remembers first and last members."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, RosterKind, str, str]] = []

    def entered(self, kind: RosterKind, hub: str, name: str) -> None:
        self.seen.append(("entered", kind, hub, name))

    def left(self, kind: RosterKind, hub: str, name: str) -> None:
        self.seen.append(("left", kind, hub, name))
