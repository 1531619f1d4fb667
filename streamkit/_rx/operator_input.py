"""The values that an operator accepts, and the errors for any other."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_args

from streamkit._core.arguments import require

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import UnionType

    from reactivex import Observable

__all__ = ["OperatorInput", "Takes", "is_observable", "require_scheduler"]

T = TypeVar("T")

Takes: TypeAlias = "type[Any] | UnionType"
"""The class of an operator's values, or a union; a protocol must be ``runtime_checkable``."""

_NAMED = 4
"""The maximum number of classes of a union that an error names."""


class OperatorInput:
    """The name of an operator, and the values that it accepts; by default any.

    ``also`` returns more classes. It is called when a value is of no other class, so that classes
    with a slow import are imported only where they are needed.
    """

    def __init__(
        self, operator: str, takes: Takes = object, *, also: Callable[[], Takes] | None = None
    ) -> None:
        self._operator = operator
        self._takes = takes
        self._also = also
        self.admitted: set[type[Any]] = set()
        """The classes that were accepted; on a hot path their values need no ``admit``."""

    def admit(self, value: object) -> bool:
        """Raise ``TypeError`` unless the operator accepts values of this value's class.

        Return whether that is one of the classes that ``also`` returned.
        """
        is_other = not isinstance(value, self._takes)
        if is_other:
            takes = self._takes if self._also is None else self._takes | self._also()
            if not isinstance(value, takes):
                came = type(value).__name__
                raise TypeError(f"{self._operator} takes {_named(takes)}, and not {came}")
        self.admitted.add(type(value))
        return is_other

    def source(self, source: Observable[T]) -> Observable[T]:
        """Return the source; raise ``TypeError`` if it is no observable."""
        if not is_observable(source):
            applied = f"{self._operator} is applied to an observable, and not to"
            raise TypeError(f"{applied} {type(source).__name__}: {_advice(source)}")
        return source


def is_observable(source: object) -> bool:
    """Return whether a source is an observable of reactivex."""
    from reactivex.abc import ObservableBase

    return isinstance(source, ObservableBase)


def require_scheduler(scheduler: object) -> None:
    """Raise ``TypeError`` unless an argument is a scheduler of reactivex, or None."""
    if scheduler is not None:
        from reactivex.abc import SchedulerBase

        require("scheduler", scheduler, SchedulerBase, "a scheduler of reactivex")


def _named(takes: Takes) -> str:
    classes = get_args(takes) or (takes,)
    names = [str(getattr(class_, "__name__", class_)) for class_ in classes]
    if len(names) > _NAMED:
        names[_NAMED - 1 :] = [f"{len(names) - _NAMED + 1} more"]
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _advice(source: object) -> str:
    if hasattr(source, "observable"):
        return "apply it to its `observable`, or within its `pipe(...)`"
    if isinstance(source, AsyncIterable):
        return "take what `observe(...)` or `chunks(...)` returns"
    if isinstance(source, Iterable):
        return "make one of it with `reactivex.from_iterable(...)`"
    return "it stands in the `pipe(...)` of one, as that which `observe(...)` returns"
