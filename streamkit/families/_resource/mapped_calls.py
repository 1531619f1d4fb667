"""The calls of ``map``: one for the parameters of each request. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamkit._core.value import Value
from streamkit.types import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streamkit.families._common.final import Final
    from streamkit.families._resource.checked_call import CheckedCall

__all__ = ["MappedCalls"]

A = TypeVar("A", bound=Wire)


class MappedCalls(Value, Generic[A], frozen=True):
    """What ``map`` needs to know of a protocol."""

    call: Callable[[dict[str, Any]], CheckedCall[Any, A]]
    """A function that makes the call of a request's parameters; its answer comes as a whole."""
    final: Callable[[A], Final[Any]]
    """A function that turns an answer into the common one."""
    formats: Mapping[str, Callable[[Any], object]]
    """The functions that compile the parameters that are types, by their names.

    To make a schema takes as long as to send a request, so all requests share it.
    """
