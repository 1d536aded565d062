"""``webpubsub explain``: every refusal and every trap can be looked up."""

import pytest
from typer.testing import CliRunner

from tests.cli.processes import run
from webpubsub.cli.commands import app
from webpubsub.protocol.refusals.catalogue import EDGES, KINDS
from webpubsub.protocol.traps import BY_CODE, TRAPS


def explained(*arguments: str, columns: str = "100") -> str:
    """What the command prints."""
    done = CliRunner().invoke(app, ["explain", *arguments], env={"COLUMNS": columns})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_one_entry_says_everything() -> None:
    """What was checked, wanted, how to mend it, which setting, and how it shows."""
    done = run("explain", "websocket.message.too-large")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert " ".join(done.stdout.split()) == (
        "websocket.message.too-large "
        "checked the size of a client's message, all its fragments together "
        "wanted a message within the limit "
        "remedy Send large content in parts, or by other means and only its address here. "
        "setting max_message_bytes "
        "shown as WebSocket close code 1009"
    )


@pytest.mark.parametrize("code", KINDS)
def test_every_code_has_an_entry(code: str) -> None:
    """In any letter case, and nothing of it is lost in the wrapping of lines."""
    kind = KINDS[code]
    text = " ".join(explained(f" {code.upper()} ").split())
    assert text.startswith(f"{code} checked ")
    for part in (kind.checked, kind.wanted, kind.remedy, kind.setting or ""):
        assert " ".join(part.split()) in text
    assert ("setting" in text.split()) >= bool(kind.setting)


@pytest.mark.parametrize(
    ("code", "titles", "last"),
    [
        (
            "handshake.hub.invalid",
            ["A client connects"],
            "   5.  the hub name in the URL; wanted a l",
        ),
        ("token.audience", ["A client connects", "The REST API is called"], "  12.  the aud claim"),
        ("function.disabled", ["A function is called over HTTP"], "   8.  whether the function is"),
        ("websocket.message.too-large", [], ""),
    ],
)
def test_what_is_checked_before(code: str, titles: list[str], last: str) -> None:
    """In every place where it is checked, numbered down to itself."""
    _, *orders = explained(code).split("\n\n")
    assert [order.partition(",")[0] for order in orders] == titles
    assert not orders or last in orders[-1]
    for order in orders:
        numbers = [line[2:5] for line in order.splitlines() if line[4:5] == "."]
        assert numbers == [f"{number:>2}." for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("code", BY_CODE)
def test_every_trap_has_an_entry(code: str) -> None:
    """What leads into it, what Azure does, and how to mend it."""
    trap = BY_CODE[code]
    text = " ".join(explained(code).split())
    assert text == f"{code} when {trap.situation} on Azure {trap.azure}. remedy {trap.remedy}"


def test_lines_fit_the_terminal() -> None:
    """As far as words allow."""
    for columns in (60, 80, 200):
        lines = explained("handshake.token.group", columns=str(columns)).splitlines()
        assert max(map(len, lines)) <= min(columns, 100)


def test_all_codes_are_listed() -> None:
    """Under the edge they belong to, each on its line."""
    listed = [line.split()[0] for line in explained().splitlines() if line.startswith("  ")]
    assert listed == [*KINDS, *BY_CODE]
    for title in (*(edge.title for edge in EDGES), *TRAPS):
        assert f"{title}\n" in explained()


@pytest.mark.parametrize("part", ["handshake", "rest.body", "401", "1011"])
def test_several_entries(part: str) -> None:
    """The beginning of codes, an HTTP status or a close code shows all that fit."""
    codes = [line for line in explained(part).splitlines() if line in KINDS]
    fitting = [
        kind.code
        for kind in KINDS.values()
        if kind.code.startswith(f"{part}.") or part in (f"{kind.http_status}", f"{kind.close_code}")
    ]
    assert codes == fitting
    assert len(codes) > 1


def test_several_traps() -> None:
    """The beginning of their codes shows all that fit."""
    codes = [line for line in explained("trap.States").splitlines() if line in BY_CODE]
    assert codes == ["trap.states.spelling", "trap.states.shape", "trap.states.kept"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "trap.answer.txt",
            "there is no refusal 'trap.answer.txt'; did you mean 'trap.answer.text",
        ),
        ("token.expird", "there is no refusal 'token.expird'; did you mean 'token.expired'?"),
        (
            "handshake.token.mising",
            "there is no refusal 'handshake.token.mising'; did you mean 'handshake.token.missing'",
        ),
        ("quux", "there is no refusal 'quux'; 'webpubsub explain' lists them all"),
        ("418", "there is no refusal '418'; 'webpubsub explain' lists them all"),
        ("", "there is no refusal ''; 'webpubsub explain' lists them all"),
    ],
)
def test_a_wrong_code_is_one_line_of_help(code: str, message: str) -> None:
    """On the error stream, with the codes that may have been meant."""
    done = CliRunner().invoke(app, ["explain", code])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: {message}")
    assert done.stderr.count("\n") == 1
