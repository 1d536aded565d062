"""Whether a key opens what a request asks for. Specification: functions-python section 5.3."""

from pathlib import Path

import pytest

from webpubsub.host.keys.authority import (
    ADMINISTRATION,
    Authority,
    Demand,
    Level,
    webhook_demand,
)
from webpubsub.host.keys.files import KeyFiles
from webpubsub.host.keys.model import Scope, ScopeKind

#: What each key is called here, and where it is kept.
KEYS = {
    "master": (Scope(ScopeKind.MASTER), "master"),
    "host": (Scope(ScopeKind.HOST), "partner"),
    "webhook": (Scope(ScopeKind.SYSTEM), "WebPubSub_extension"),
    "other webhook": (Scope(ScopeKind.SYSTEM), "other_extension"),
    "own": (Scope(ScopeKind.FUNCTION, "f"), "partner"),
    "other": (Scope(ScopeKind.FUNCTION, "g"), "partner"),
}
OPENED: dict[Demand, set[str | None]] = {
    Demand(Level.ANONYMOUS, "f"): {*KEYS, None, "", "unknown"},
    Demand(Level.FUNCTION, "f"): {"master", "host", "own"},
    Demand(Level.SYSTEM, "f"): {"master", "webhook", "other webhook"},
    Demand(Level.USER, "f"): {"master"},
    Demand(Level.ADMIN, "f"): {"master"},
    ADMINISTRATION: {"master"},
    webhook_demand("WebPubSub"): {"master", "webhook"},
}


@pytest.fixture
def files(tmp_path: Path) -> KeyFiles:
    """Every key has its own name as its value, made long enough."""
    files = KeyFiles(tmp_path)
    for title, (scope, name) in KEYS.items():
        files.put(scope, name, _value(title))
    return files


def _value(title: str) -> str:
    return title.replace(" ", "-").ljust(20, "x")


@pytest.mark.parametrize("demand", OPENED, ids=str)
@pytest.mark.parametrize("given", [*KEYS, None, "", "unknown"])
def test_what_each_key_opens(files: KeyFiles, demand: Demand, given: str | None) -> None:
    """The whole table: system keys open no function, host keys not the administration."""
    key = _value(given) if given else given
    refusal = Authority(files, lambda: ["f", "g"]).refusal(key, demand)
    assert (refusal is None) == (given in OPENED[demand])


@pytest.mark.parametrize(
    ("given", "demand", "code", "seen"),
    [
        (None, Demand(Level.FUNCTION, "f"), "function.key.missing", "no key"),
        ("", Demand(Level.FUNCTION, "f"), "function.key.missing", "no key"),
        ("unknown", Demand(Level.FUNCTION, "f"), "function.key.unknown", "a key of 20 characters"),
        (
            "other",
            Demand(Level.FUNCTION, "f"),
            "function.key.other-function",
            "the key 'partner' of 'g'",
        ),
        (
            "webhook",
            Demand(Level.FUNCTION, "f"),
            "function.key.level",
            "the system key 'WebPubSub_extension', where the level 'function' is needed",
        ),
        (
            "host",
            ADMINISTRATION,
            "function.key.level",
            "the host's function key 'partner', where the level 'admin' is needed",
        ),
        (
            "other webhook",
            webhook_demand("webpubsub"),
            "function.key.level",
            "the system key 'other_extension', where the level 'system' with the key",
        ),
    ],
)
def test_a_refusal_says_what_was_seen_and_never_the_key(
    files: KeyFiles, given: str | None, demand: Demand, code: str, seen: str
) -> None:
    """This is all that whoever gets a 401 has to go by."""
    key = _value(given) if given else given
    refusal = Authority(files, lambda: ["f", "g"]).refusal(key, demand)
    assert refusal is not None
    assert (refusal.kind.code, refusal.kind.http_status) == (code, 401)
    assert refusal.seen.startswith(seen)
    assert not key or key not in refusal.describe()


@pytest.mark.parametrize("given", [*KEYS, None, "", "unknown"])
def test_the_master_key_is_one_alone(files: KeyFiles, given: str | None) -> None:
    """Whoever has it sees functions that are disabled, and nobody else does."""
    key = _value(given) if given else given
    assert Authority(files).is_master(key) is (given == "master")


def test_keys_are_compared_letter_by_letter(files: KeyFiles) -> None:
    """Also when what is given is no ASCII."""
    authority, demand = Authority(files), Demand(Level.FUNCTION, "f")
    for key in (_value("own").upper(), _value("own")[:-1], _value("own") + "x", "\udcff", "ä"):
        assert authority.refusal(key, demand) is not None


def test_a_broken_file_of_another_function_does_not_matter(files: KeyFiles) -> None:
    """The key is unknown, and the other function says itself what is wrong."""
    (files.folder / "g.json").write_bytes(b"{")
    files.put(Scope(ScopeKind.FUNCTION, "h"), "partner", _value("h"))
    authority = Authority(files, lambda: ["g", "h"])
    for given, code in (("unknown", "function.key.unknown"), ("h", "function.key.other-function")):
        refusal = authority.refusal(_value(given), Demand(Level.FUNCTION, "f"))
        assert refusal is not None
        assert refusal.kind.code == code
