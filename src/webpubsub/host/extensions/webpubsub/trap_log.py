"""Says each trap once per function, however often it is called."""

import logging
from functools import partial

from webpubsub.protocol.traps import Tell, Trap

_logger = logging.getLogger(__name__)


class TrapLog:
    """Belongs to one generation of an app: who changes the app is told again."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def of(self, function: str) -> Tell:
        """What to tell of the traps of one function."""
        return partial(self._tell, function)

    def _tell(self, function: str, trap: Trap, seen: str) -> None:
        if (function, trap.code) not in self._told:
            self._told.add((function, trap.code))
            _logger.warning("%s", trap.describe(function, seen))
