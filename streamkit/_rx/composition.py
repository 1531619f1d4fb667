"""The composition of operators, and the errors for values that are none."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, cast

from streamkit._rx.operator_input import OperatorInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reactivex import Observable

__all__ = ["composed"]


def composed(operators: Iterable[object]) -> Callable[[Observable[Any]], Observable[Any]]:
    """Compose several operators into one; raise ``TypeError`` for a value that is no operator."""
    checked = [_operator(each) for each in operators]

    def piped(source: Observable[Any]) -> Observable[Any]:
        source = _INPUT.source(source)
        for operator in checked:
            source = _applied(operator, source)
        return source

    return piped


_INPUT = OperatorInput("pipe")

_OPERATORS = "streamkit.operators."


def _operator(value: object) -> Callable[[Any], object]:
    if not callable(value):
        raise TypeError(f"pipe takes operators, and not {type(value).__name__}")
    if _makes_operators(value):
        raise _not_called(value)
    try:
        inspect.signature(value).bind(None)
    except TypeError:
        raise _not_called(value) from None
    except ValueError:
        pass  # some built-in functions have no signature
    return value


def _makes_operators(value: object) -> bool:
    """Return whether a value is one of our functions that make operators, not called."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", ".")
    return isinstance(module, str) and module.startswith(_OPERATORS) and "." not in name


def _applied(operator: Callable[[Any], object], source: Observable[Any]) -> Observable[Any]:
    made = operator(source)  # an observable, or an awaitable instead of one
    if made is None:
        raise TypeError(f"pipe takes operators, and {_name(operator)} makes nothing of its source")
    if callable(made) and not callable(getattr(made, "subscribe", None)):
        raise _not_called(operator)
    return cast("Observable[Any]", made)


def _not_called(operator: object) -> TypeError:
    name = _name(operator)
    return TypeError(
        f"pipe takes operators, and {name} is none: if it makes one, call it, as in {name}()"
    )


def _name(operator: object) -> str:
    return str(getattr(operator, "__name__", type(operator).__name__))
