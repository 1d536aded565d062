"""What a refusal is, and that every one of them explains itself."""

import re
from http import HTTPStatus
from pathlib import Path

import msgspec
import pytest

from webpubsub.protocol.clients.codec import ClientProtocolError
from webpubsub.protocol.refusals import Refusal, RefusalKind, Refused
from webpubsub.protocol.refusals.catalogue import KINDS
from webpubsub.service.hub_settings import toml_format
from webpubsub.service.settings import ServiceSettings

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"

#: What shows in no answer of the service: the handler's own status is passed on, or the transport
#: is dropped. What is refused at import shows nowhere but in the error.
SILENT = {
    "handshake.connect.refused",
    "webhook.answer.status",
    "websocket.slow-client",
    "websocket.ping-timeout",
    "websocket.recovery.expired",
}

TOKEN = RefusalKind(
    code="handshake.token.expired",
    checked="the exp claim",
    wanted="a time to come",
    remedy="Ask for a new token.",
    setting="clock_skew",
    http_status=401,
)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_kind_explains_itself(kind: RefusalKind) -> None:
    """A stable dotted code, what was checked and wanted, and the way out as whole sentences."""
    assert re.fullmatch(r"[a-z]+(\.[a-z]+(-[a-z]+)*)+", kind.code)
    for phrase in (kind.checked, kind.wanted):
        assert phrase == phrase.strip() != ""
        assert not phrase.endswith(".")
    assert kind.remedy[0].isupper()
    assert kind.remedy.endswith(".")
    assert kind.setting != ""


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_kind_shows_on_the_wire_in_one_way(kind: RefusalKind) -> None:
    """As an HTTP error, a close code or an error ack, unless it is known to be silent."""
    shown = [kind.http_status, kind.close_code, kind.ack_error]
    silent = kind.code in SILENT or kind.code.startswith("app.")
    assert sum(value is not None for value in shown) == (0 if silent else 1)
    assert kind.http_status is None or HTTPStatus(kind.http_status) >= 400
    assert kind.close_code in (None, 1002, 1003, 1007, 1008, 1009, 1011)


def test_a_refusal_is_one_line_for_a_log() -> None:
    """The line says everything a developer needs, in the order in which it is asked."""
    refusal = TOKEN.refuse("400 seconds ago", "The token has expired.")
    assert refusal == Refusal(
        kind=TOKEN, seen="400 seconds ago", wire_message="The token has expired."
    )
    assert refusal.describe() == (
        "handshake.token.expired: checked the exp claim; wanted a time to come; saw 400 seconds "
        "ago. Ask for a new token. Setting: clock_skew."
    )
    bare = msgspec.structs.replace(TOKEN, setting=None).refuse("none")
    assert bare.describe().endswith("saw none. Ask for a new token.")
    assert bare.wire_message == ""
    assert TOKEN.refuse("a sentence.").describe() == TOKEN.refuse("a sentence").describe()


def test_what_was_seen_cannot_break_the_line() -> None:
    """What a client made up stays within the line, and can still be read."""
    seen = TOKEN.refuse("the type 'é\r\nERROR all is lost\x1b[2J\u2028'").describe()
    assert r"saw the type 'é\r\nERROR all is lost\x1b[2J\u2028'. Ask" in seen
    assert seen.isprintable()


def test_what_clients_see_is_not_what_logs_say() -> None:
    """The exception speaks to the developer, the wire message is apart."""
    refused = Refused(TOKEN.refuse("none", "No."))
    assert str(refused) == refused.refusal.describe()
    assert "No." not in str(refused)


def test_a_client_protocol_error_must_be_able_to_close() -> None:
    """A kind without a close code cannot end a transport, and that is a mistake of ours."""
    with pytest.raises(ValueError, match=r"handshake\.token\.expired has no close code"):
        ClientProtocolError(TOKEN.refuse("none"))
    closing = msgspec.structs.replace(TOKEN, close_code=1007, http_status=None).refuse("none")
    assert ClientProtocolError(closing).refusal is closing


def _settings(*, of_apps: bool) -> set[str]:
    return {
        name.strip()
        for kind in KINDS.values()
        if kind.setting and kind.code.startswith("function.") == of_apps
        for name in kind.setting.split(",")
    }


def test_settings_of_apps_are_in_the_reference() -> None:
    """Those of the command line, the environment and host.json are described under their names."""
    pages = (REFERENCE / name for name in ("settings.md", "command-line.md"))
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert {name for name in _settings(of_apps=True) if f"`{name}`" not in text} == set()


def test_settings_are_settings_of_the_service() -> None:
    """The setting that a refusal names exists under that name, in code or in webpubsub.toml."""
    named = _settings(of_apps=False)
    fields = {field.name for field in msgspec.structs.fields(ServiceSettings)}
    of_hubs = {f"hubs.HUB.{name}" for name in toml_format._HUB}
    assert named <= fields | of_hubs, named - fields - of_hubs
