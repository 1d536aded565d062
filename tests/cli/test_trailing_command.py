"""Where the command of the user's begins."""

import pytest
import typer
from typer.testing import CliRunner

from webpubsub.cli.trailing_command import TrailingCommand

app = typer.Typer()


@app.command(cls=TrailingCommand)
def around(context: typer.Context, name: str = typer.Argument(""), loud: bool = False) -> None:
    """Show what was understood."""
    typer.echo(f"{name!r} {loud} {context.args}")


@pytest.mark.parametrize(
    ("arguments", "understood"),
    [
        (["--", "a"], "'' False ['a']"),
        (["app", "--loud", "--", "a", "--loud", "b c"], "'app' True ['a', '--loud', 'b c']"),
        (["--", "a", "--", "b"], "'' False ['a', '--', 'b']"),
        (["--", "a", "--help"], "'' False ['a', '--help']"),
    ],
)
def test_words_behind_the_dashes_are_left_alone(arguments: list[str], understood: str) -> None:
    """Options among them are not ours."""
    done = CliRunner().invoke(app, arguments)
    assert done.stdout == f"{understood}\n"


@pytest.mark.parametrize("arguments", [[], ["app"], ["--"], ["app", "--"]])
def test_a_command_must_be_there(arguments: list[str]) -> None:
    """Wrong usage, with an example."""
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert "write it behind --, as in" in " ".join(done.stderr.replace("│", " ").split())


def test_help_shows_where_the_command_stands() -> None:
    """At the end of the usage."""
    assert " -- COMMAND..." in CliRunner().invoke(app, ["--help"]).stdout
