"""The function that makes an operator of a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from streamkit._core.arguments import require, require_callable
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
    named = getattr(make, "__name__", type(make).__name__)
    require_callable("make", make, "; give the class of the machine, and not the machine")
    if isinstance(make, type) and not callable(getattr(make, "feed", None)):
        raise TypeError(f"make must be the class of a machine, and {named} has no feed()")
    require("name", name, str | None, "a string")
    _require_takes(takes)

    def made() -> Machine[A, B]:
        machine = make()
        if not callable(getattr(machine, "feed", None)):
            raise TypeError(f"{named} must return a machine, and not {type(machine).__name__}")
        return machine

    return lifted(made, OperatorInput(name or str(named), takes))


def _require_takes(takes: object) -> None:
    try:
        isinstance(None, cast("type[Any]", takes))
    except TypeError as error:
        raise TypeError(f"takes must be a class or a union of classes: {error}") from None
