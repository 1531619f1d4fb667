"""The function that makes an operator of a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from streamkit._rx.lifted import lifted
from streamkit._rx.operator_input import OperatorInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit._core.machine import Machine
    from streamkit._rx.operator_input import Takes

__all__ = ["lift"]

A = TypeVar("A")
B = TypeVar("B")


def lift(
    make: Callable[[], Machine[A, B]], *, takes: Takes = object, name: str | None = None
) -> Callable[[Observable[A]], Observable[B]]:
    """Return an operator that runs a new machine for every subscription.

        --a-----b--------c--|
        [  lift(Machine)    ]
        --(a1)--(b1,b2)-----(c1,|)

    An exception of the machine becomes ``on_error``. An exception of the observer is raised in the
    code that drives the source. When the machine is ``done``, the operator completes and disposes
    of its source.

    Args:
        make: Makes a machine; most often the machine's class.
        takes: The class, or union of classes, of the values that the machine takes. Any other value
            is a ``TypeError``, which ``on_error`` gets. By default any value is taken.
        name: The name of the operator in errors; by default the name of ``make``.
    """
    return lifted(make, OperatorInput(name or str(getattr(make, "__name__", "lift")), takes))
