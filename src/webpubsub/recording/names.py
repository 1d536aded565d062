"""What connections are called in a recording: by the order in which they came, not by their ids."""

import re

#: Whatever may be the id of a connection, in whatever it stands.
_CANDIDATE = re.compile(r"[\w-]{16,}")
_NAME = re.compile(r"\{client (\d+)\}")


class Names:
    """The names of connections by their ids, in both directions."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._last = 0

    def expect(self, name: str) -> None:
        """Call the next connection so."""
        found = _NAME.fullmatch(name)
        if found is not None:
            self._last = int(found[1]) - 1

    def of(self, connection_id: str) -> str:
        """The name of a connection, new if need be."""
        name = self._names.get(connection_id)
        if name is None:
            self._last += 1
            name = f"{{client {self._last}}}"
            self.call(name, connection_id)
        return name

    def call(self, name: str, connection_id: str) -> None:
        """Call a connection so."""
        self._names[connection_id], self._ids[name] = name, connection_id

    def in_place_of_ids(self, text: str) -> str:
        """A text with the names of connections where their ids were."""
        return _CANDIDATE.sub(lambda found: self._names.get(found[0], found[0]), text)

    def in_place_of_names(self, text: str) -> str:
        """The other way round."""
        return _NAME.sub(lambda found: self._ids.get(found[0], found[0]), text)
