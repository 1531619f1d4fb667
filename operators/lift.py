"""A machine becomes an operator."""

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
    """Run a fresh machine, made by ``make``, for every subscription.

        --a-----b--------c--|
        [  lift(Machine)    ]
        --(a1)--(b1,b2)-----(c1,|)

    An exception in the machine becomes ``on_error``; one in the observer is the observer's own and
    goes to whoever drives the source. A machine that is ``done`` completes the stream and lets go
    of its source.

    Args:
        make: Makes a machine; most often its class.
        takes: The class, or union of classes, of the values that the machine takes. Any other value
            is a ``TypeError``, and arrives as ``on_error``.
        name: What errors call the operator; by default the name of ``make``.
    """
    return lifted(make, OperatorInput(name or str(getattr(make, "__name__", "lift")), takes))
