"""The number of examples of a property, of which many parameters may share a few."""

from __future__ import annotations

from hypothesis import settings

__all__ = ["EXAMPLES", "FEWER_EXAMPLES", "shared_by"]

EXAMPLES, FEWER_EXAMPLES = 100, 10
"""The number of examples that Hypothesis tries, with ``--thorough`` and without."""


def shared_by(parameters: int) -> settings:
    """Return the settings of a property with so many parameters.

    With ``--thorough`` each tries all examples. Without, they share twice the usual number, and
    each tries at least two.
    """
    examples = settings().max_examples
    if examples < EXAMPLES:
        examples = max(2, 2 * examples // parameters)
    return settings(max_examples=examples)
