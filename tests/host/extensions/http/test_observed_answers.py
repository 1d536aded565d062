"""Requests that are seen."""

from tests.host.extensions.http.serving import http_function, returning, serving
from webpubsub.host.observation import HttpAnswered, HttpReceived, ObservationPoint, Sighting


async def test_what_is_seen_of_a_request() -> None:
    """Its path without the query, which may hold a key, and the answer; its trace goes on."""
    point = ObservationPoint()
    seen: list[Sighting] = []
    point.attach(seen.append)
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    async with serving((http_function("f"), returning(None)), point=point) as (session, _):
        await session.post("/api/f?code=secret", data=b"x", headers={"traceparent": parent})
    received, answered = (sighting.item for sighting in seen)
    assert received == HttpReceived("POST", "/api/f")
    assert isinstance(answered, HttpAnswered)
    assert (answered.method, answered.path, answered.status) == ("POST", "/api/f", 204)
    span = seen[0].span
    assert span is not None
    assert (span.trace_id, span.parent_id) == ("a" * 32, "b" * 16)
    assert seen[1].span == span
