"""From a path to an operation.

The templates are a tree with one level per segment, so that a route is found in as many steps as
the path has segments, however many operations there are. Below one place there are either words or
a name, never both, so that no name can be mistaken for a word.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from webpubsub.protocol.refusals import Refused
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.service.rest.checks import shown
from webpubsub.service.rest.operation import Operation


class _Node(msgspec.Struct):
    """A place in the tree: where each word leads, what any other segment is the name of, and what
    can be done here."""

    words: dict[str, "_Node"] = msgspec.field(default_factory=dict)
    place: str = ""
    named: "_Node | None" = None
    operations: dict[str, Operation] = msgspec.field(default_factory=dict)


class MethodWrong(Refused):
    """The path exists, with other methods."""

    def __init__(self, method: str, allowed: Iterable[str]) -> None:
        self.allowed = tuple(sorted(allowed))
        super().__init__(
            kinds.METHOD_WRONG.refuse(shown(method), f"This path allows {', '.join(self.allowed)}.")
        )


class Routes:
    """The routes of some operations."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            self._place(operation.path).operations[operation.method] = operation

    def find(self, method: str, segments: Sequence[str]) -> tuple[Operation, Mapping[str, str]]:
        """The operation for a method and the decoded segments of a path, and the names in the path
        by their place in the template. Raises Refused."""
        node: _Node | None = self._root
        names: dict[str, str] = {}
        for segment in segments:
            word = node.words.get(segment) if node else None
            if word is None and node is not None and node.named is not None:
                names[node.place] = segment
                word = node.named
            node = word
        if node is None or not node.operations:
            path = "/" + "/".join(segments)
            raise Refused(kinds.PATH_UNKNOWN.refuse(shown(path), "There is nothing at this path."))
        operation = node.operations.get(method)
        if operation is None:
            raise MethodWrong(method, node.operations)
        return operation, names

    def _place(self, path: str) -> _Node:
        node = self._root
        for segment in path.split("/")[1:]:
            if segment.startswith("{"):
                node.place = segment.strip("{}")
                node.named = node.named or _Node()
                node = node.named
            else:
                node = node.words.setdefault(segment, _Node())
        return node
