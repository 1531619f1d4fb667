"""The composition of operators into one, with types for up to twelve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from streamkit._rx.composition import composed

if TYPE_CHECKING:
    from collections.abc import Callable

    from reactivex import Observable

    from streamkit.operators.partial_parse import PartialParse
    from streamkit.operators.tool_arg_parse import ToolArgParse

    # mypy infers what follows one of these only where it stands first: elsewhere it follows as Any.
    _Overloaded = PartialParse[Any] | ToolArgParse

__all__ = ["pipe"]

T0 = TypeVar("T0")
T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
T4 = TypeVar("T4")
T5 = TypeVar("T5")
T6 = TypeVar("T6")
T7 = TypeVar("T7")
T8 = TypeVar("T8")
T9 = TypeVar("T9")
T10 = TypeVar("T10")
T11 = TypeVar("T11")
T12 = TypeVar("T12")


@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    /,
) -> Callable[[Observable[T0]], Observable[T1]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    op2: Callable[[Observable[T1]], Observable[T2]],
    /,
) -> Callable[[Observable[T0]], Observable[T2]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    op2: Callable[[Observable[T1]], Observable[T2]],
    op3: Callable[[Observable[T2]], Observable[T3]],
    /,
) -> Callable[[Observable[T0]], Observable[T3]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    op2: Callable[[Observable[T1]], Observable[T2]],
    op3: Callable[[Observable[T2]], Observable[T3]],
    op4: Callable[[Observable[T3]], Observable[T4]],
    /,
) -> Callable[[Observable[T0]], Observable[T4]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    op2: Callable[[Observable[T1]], Observable[T2]],
    op3: Callable[[Observable[T2]], Observable[T3]],
    op4: Callable[[Observable[T3]], Observable[T4]],
    op5: Callable[[Observable[T4]], Observable[T5]],
    /,
) -> Callable[[Observable[T0]], Observable[T5]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    op2: Callable[[Observable[T1]], Observable[T2]],
    op3: Callable[[Observable[T2]], Observable[T3]],
    op4: Callable[[Observable[T3]], Observable[T4]],
    op5: Callable[[Observable[T4]], Observable[T5]],
    op6: Callable[[Observable[T5]], Observable[T6]],
    /,
) -> Callable[[Observable[T0]], Observable[T6]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    op2: Callable[[Observable[T1]], Observable[T2]],
    op3: Callable[[Observable[T2]], Observable[T3]],
    op4: Callable[[Observable[T3]], Observable[T4]],
    op5: Callable[[Observable[T4]], Observable[T5]],
    op6: Callable[[Observable[T5]], Observable[T6]],
    op7: Callable[[Observable[T6]], Observable[T7]],
    /,
) -> Callable[[Observable[T0]], Observable[T7]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    op2: Callable[[Observable[T1]], Observable[T2]],
    op3: Callable[[Observable[T2]], Observable[T3]],
    op4: Callable[[Observable[T3]], Observable[T4]],
    op5: Callable[[Observable[T4]], Observable[T5]],
    op6: Callable[[Observable[T5]], Observable[T6]],
    op7: Callable[[Observable[T6]], Observable[T7]],
    op8: Callable[[Observable[T7]], Observable[T8]],
    /,
) -> Callable[[Observable[T0]], Observable[T8]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    op2: Callable[[Observable[T1]], Observable[T2]],
    op3: Callable[[Observable[T2]], Observable[T3]],
    op4: Callable[[Observable[T3]], Observable[T4]],
    op5: Callable[[Observable[T4]], Observable[T5]],
    op6: Callable[[Observable[T5]], Observable[T6]],
    op7: Callable[[Observable[T6]], Observable[T7]],
    op8: Callable[[Observable[T7]], Observable[T8]],
    op9: Callable[[Observable[T8]], Observable[T9]],
    /,
) -> Callable[[Observable[T0]], Observable[T9]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    op2: Callable[[Observable[T1]], Observable[T2]],
    op3: Callable[[Observable[T2]], Observable[T3]],
    op4: Callable[[Observable[T3]], Observable[T4]],
    op5: Callable[[Observable[T4]], Observable[T5]],
    op6: Callable[[Observable[T5]], Observable[T6]],
    op7: Callable[[Observable[T6]], Observable[T7]],
    op8: Callable[[Observable[T7]], Observable[T8]],
    op9: Callable[[Observable[T8]], Observable[T9]],
    op10: Callable[[Observable[T9]], Observable[T10]],
    /,
) -> Callable[[Observable[T0]], Observable[T10]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    op2: Callable[[Observable[T1]], Observable[T2]],
    op3: Callable[[Observable[T2]], Observable[T3]],
    op4: Callable[[Observable[T3]], Observable[T4]],
    op5: Callable[[Observable[T4]], Observable[T5]],
    op6: Callable[[Observable[T5]], Observable[T6]],
    op7: Callable[[Observable[T6]], Observable[T7]],
    op8: Callable[[Observable[T7]], Observable[T8]],
    op9: Callable[[Observable[T8]], Observable[T9]],
    op10: Callable[[Observable[T9]], Observable[T10]],
    op11: Callable[[Observable[T10]], Observable[T11]],
    /,
) -> Callable[[Observable[T0]], Observable[T11]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    op2: Callable[[Observable[T1]], Observable[T2]],
    op3: Callable[[Observable[T2]], Observable[T3]],
    op4: Callable[[Observable[T3]], Observable[T4]],
    op5: Callable[[Observable[T4]], Observable[T5]],
    op6: Callable[[Observable[T5]], Observable[T6]],
    op7: Callable[[Observable[T6]], Observable[T7]],
    op8: Callable[[Observable[T7]], Observable[T8]],
    op9: Callable[[Observable[T8]], Observable[T9]],
    op10: Callable[[Observable[T9]], Observable[T10]],
    op11: Callable[[Observable[T10]], Observable[T11]],
    op12: Callable[[Observable[T11]], Observable[T12]],
    /,
) -> Callable[[Observable[T0]], Observable[T12]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[T1]],
    op2: Callable[[Observable[T1]], Observable[T2]],
    op3: Callable[[Observable[T2]], Observable[T3]],
    op4: Callable[[Observable[T3]], Observable[T4]],
    op5: Callable[[Observable[T4]], Observable[T5]],
    op6: Callable[[Observable[T5]], Observable[T6]],
    op7: Callable[[Observable[T6]], Observable[T7]],
    op8: Callable[[Observable[T7]], Observable[T8]],
    op9: Callable[[Observable[T8]], Observable[T9]],
    op10: Callable[[Observable[T9]], Observable[T10]],
    op11: Callable[[Observable[T10]], Observable[T11]],
    op12: Callable[[Observable[T11]], Observable[T12]],
    op13: Callable[[Observable[Any]], Observable[Any]],
    /,
    *operators: Callable[[Observable[Any]], Observable[Any]],
) -> Callable[[Observable[T0]], Observable[Any]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[Any]],
    op2: _Overloaded,
    /,
    *operators: Callable[[Observable[Any]], Observable[Any]],
) -> Callable[[Observable[T0]], Observable[Any]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[Any]],
    op2: Callable[[Observable[Any]], Observable[Any]],
    op3: _Overloaded,
    /,
    *operators: Callable[[Observable[Any]], Observable[Any]],
) -> Callable[[Observable[T0]], Observable[Any]]: ...
@overload
def pipe(
    op1: Callable[[Observable[T0]], Observable[Any]],
    op2: Callable[[Observable[Any]], Observable[Any]],
    op3: Callable[[Observable[Any]], Observable[Any]],
    op4: _Overloaded,
    /,
    *operators: Callable[[Observable[Any]], Observable[Any]],
) -> Callable[[Observable[T0]], Observable[Any]]: ...
@overload
def pipe() -> Callable[[Observable[T0]], Observable[T0]]: ...
def pipe(
    *operators: Callable[[Observable[Any]], Observable[Any]],
) -> Callable[[Observable[Any]], Observable[Any]]:
    """Compose several operators into one, which applies them from left to right.

        --a----b----|
        [ pipe(f, g) ]
        --gfa--gfb--|

    ``Observable.pipe`` does the same, but has types for at most seven operators; ``pipe`` has types
    for twelve. Without operators, ``pipe()`` returns its source.
    """
    return composed(operators)
