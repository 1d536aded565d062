"""What was refused lately, each with all that the page shows of it."""

from collections import deque

from webpubsub.dashboard.details import Detail, detail
from webpubsub.dashboard.recorder import Entry, Recorder

_MOST = 50


def recent_refusals(recorder: Recorder, code: str = "") -> list[Detail]:
    """The latest refusals that are kept, the last one last: those of this code, or whose codes
    begin with it, or all."""
    entries = recorder.after(0, recorder.last_id)
    found = deque((entry for entry in entries if _is_meant(entry, code.lower())), _MOST)
    return [detail(entry, recorder.users) for entry in found]


def _is_meant(entry: Entry, code: str) -> bool:
    refusal = getattr(entry.item, "refusal", None)
    return refusal is not None and f"{refusal.kind.code}.".startswith(f"{code}." if code else "")
