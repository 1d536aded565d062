"""Commands of ours that run a command of the user's, which stands behind ``--``."""

from typing import Any

import typer
from typer.core import TyperCommand

_DASHES = "--"


class TrailingCommand(TyperCommand):
    """A command whose ``args`` are the words behind ``--``, just as they were written."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse what stands before the dashes, and keep what stands behind them."""
        own, words = _divided(args)
        rest = super().parse_args(ctx, own)
        if not words and not ctx.resilient_parsing:
            raise typer.BadParameter(
                f"the command to run is missing: write it behind {_DASHES}, as in "
                f"'{ctx.command_path} {_DASHES} pytest'",
                ctx,
                param_hint="COMMAND",
            )
        ctx.args = words
        return rest

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Show where the command stands."""
        pieces = [*self.collect_usage_pieces(ctx), _DASHES, "COMMAND..."]
        formatter.write_usage(ctx.command_path, " ".join(pieces))


def _divided(args: list[str]) -> tuple[list[str], list[str]]:
    if _DASHES not in args:
        return args, []
    at = args.index(_DASHES)
    return args[:at], args[at + 1 :]
