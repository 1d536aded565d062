"""What has passed in a test, line by line, in the words of the dashboard's traffic list."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from webpubsub.host import observation as host
from webpubsub.protocol.events import EventType
from webpubsub.protocol.observation import Sighting
from webpubsub.protocol.outcomes import Unhandled
from webpubsub.service import observation as service

#: How many lines a failed test shows.
_LAST = 40
#: What another line says already: what begins says less than what comes of it.
_SAID_ALREADY = (
    host.AppBroken,
    host.AppServes,
    host.HttpReceived,
    host.InvocationLogged,
    service.EventRaised,
    service.HandshakeBegan,
    service.RequestHandled,
    service.RestCalled,
    service.WebhookCalled,
)
_KEEP_ALIVE = "keep-alive"


class Traffic:
    """Keeps what passes the observation points of a service and of a host; ``time`` is that of the
    test, in seconds."""

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self._seen: list[tuple[float, Any]] = []
        self._is_over = False

    @property
    def count(self) -> int:
        """How much has passed so far."""
        return len(self._seen)

    @property
    def unhandled(self) -> Sequence[str]:
        """The user events that nobody handled, each once."""
        answers = (item for _, item in self._seen if isinstance(item, service.EventAnswered))
        contexts = (
            item.event.connection_context
            for item in answers
            if isinstance(item.outcome, Unhandled) and not _is_of_system(item)
        )
        return list(dict.fromkeys(context.event_name for context in contexts))

    def look(self, sighting: Sighting[Any]) -> None:
        """Something passes."""
        if not self._is_over:
            self._seen.append((self._time(), sighting.item))

    def end(self) -> None:
        """What passes from now on is no part of the test."""
        self._is_over = True

    def lines(self, names: Mapping[str, str]) -> Sequence[str]:
        """All of it, a line each; ``names`` are those of clients by connection id."""
        return [
            f"{at:9.3f}  {line}"
            for at, item in self._seen
            if not isinstance(item, _SAID_ALREADY)
            for line in _lines(item, names)
        ]


def shown_traffic(lines: Sequence[str]) -> str:
    """The last lines, for the report of a failed test."""
    hidden = len(lines) - _LAST
    return "\n".join([*([f"({hidden} lines before)"] if hidden > 0 else []), *lines[-_LAST:]])


def _lines(item: Any, names: Mapping[str, str]) -> Iterator[str]:
    # What only a failure shows: its words are imported for the first one.
    from webpubsub.dashboard.lines.line import in_words

    words = in_words(item)
    if words["kind"] != _KEEP_ALIVE and not _says_nothing(item, words):
        text = "" if isinstance(item, host.InvocationBegan) else words.get("text")
        parts = (_who(item, words, names), words["title"], text)
        yield ": ".join(part for part in parts if part)


def _says_nothing(item: Any, words: Mapping[str, Any]) -> bool:
    """Whether it went as it should, which what follows says as well."""
    match item:
        case service.AckSent(error=None) | service.OperationApplied(refusal=None):
            return True
        case service.HandshakeAccepted():
            return not item.recovered
        case service.EventAnswered(outcome=Unhandled()):
            return _is_of_system(item)
        case service.EventAnswered():
            return not words.get("text") and words.get("outcome") != "failed"
    return False


def _is_of_system(item: service.EventAnswered) -> bool:
    """Those are often nobody's."""
    return item.event.connection_context.event_type is not EventType.USER


def _who(item: Any, words: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if isinstance(item, service.Delivered):
        return ", ".join(names.get(one, one) for one in item.recipients)
    connection = words.get("connection") or ""
    return names.get(connection) or words.get("user") or connection
