"""How much work one request may cause."""

from __future__ import annotations

STEPS = 1_000_000
"""What one request may spend: a step is about a microsecond, or a character of an answer."""


class ExhaustedError(Exception):
    """What was asked for takes more work than one request may cause."""


class Budget:
    """What is left of the work that one request may cause; all of its parts spend from it.

    It counts steps and no time, so that the same request always ends in the same way.
    """

    def __init__(self, steps: int = STEPS) -> None:
        self._left = steps

    def spend(self, steps: int = 1) -> None:
        """Take steps that are about to be done.

        Raises:
            ExhaustedError: Fewer are left.
        """
        self._left -= steps
        if self._left < 0:
            raise ExhaustedError("it takes too much work")
