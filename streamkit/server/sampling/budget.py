"""The budget of the work that one request may cause."""

from __future__ import annotations

STEPS = 1_000_000
"""The steps that one request may spend: each is about a microsecond, or a character of text."""


class ExhaustedError(Exception):
    """A request takes more work than its budget allows."""


class Budget:
    """The rest of the work that one request may cause; all of its parts spend from it.

    The budget counts steps and not time, so that the same request always ends in the same way.
    """

    def __init__(self, steps: int = STEPS) -> None:
        self._left = steps

    def spend(self, steps: int = 1) -> None:
        """Spend steps, before the work is done.

        Raises:
            ExhaustedError: Fewer steps are left.
        """
        self._left -= steps
        if self._left < 0:
            raise ExhaustedError("it takes too much work")
