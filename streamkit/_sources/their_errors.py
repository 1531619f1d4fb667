"""Errors that both packages' ``except`` clauses catch: ours, and those of the caller's client."""

from __future__ import annotations

import sys
from functools import partialmethod
from typing import TYPE_CHECKING, Any, TypeVar, cast

from streamkit._http.redaction import Secrets
from streamkit.errors import StreamkitError
from streamkit.errors._copies import again

if TYPE_CHECKING:
    from types import ModuleType

    import httpx

__all__ = ["TheirSecrets", "error_library"]

AnyError = TypeVar("AnyError", bound=BaseException)


def error_library(client: object) -> ModuleType | None:
    """Return the package that a client comes from and that has its errors, if it is imported."""
    for base in type(client).__mro__:
        module = sys.modules.get(base.__module__.partition(".")[0])
        if module is not None and hasattr(module, "APIStatusError"):
            return module
    return None


class TheirSecrets(Secrets):
    """The secrets of a request by the caller's client, whose errors are of its package as well.

    Each error of the request passes here when it leaves, in whatever state of the exchange.
    """

    def __init__(self, request: httpx.Request | None, library: ModuleType | None) -> None:
        super().__init__(request)
        self._library = library

    def taken_from(self, error: AnyError) -> AnyError:
        """Return ``error`` without the secrets, as an error of both packages."""
        error = super().taken_from(error)
        if isinstance(error, StreamkitError) and self._library is not None:
            theirs = _namesake(type(error), self._library)
            if theirs is not None:
                error.__class__ = _both(type(error), theirs)
        return error


def _namesake(ours: type[StreamkitError], library: ModuleType) -> type[Exception] | None:
    """Return the other package's class for an error, or for the nearest of its bases."""
    for base in ours.__mro__:
        names = _BASES if base is StreamkitError else (base.__name__,)
        for name in names:
            theirs = getattr(library, name, None)
            if isinstance(theirs, type) and issubclass(theirs, Exception):
                return None if issubclass(ours, theirs) else theirs
    return None


_BASES = ("OpenAIError", "AnthropicError")


def _both(ours: type[StreamkitError], theirs: type[Exception]) -> type[Any]:
    """Return the class of an error that is of both packages; its name and module are ours."""
    if (ours, theirs) not in _classes:
        body = {
            "__module__": ours.__module__,
            "__doc__": ours.__doc__,
            "__reduce_ex__": partialmethod(_reduced, ours, theirs),
        }
        _classes.setdefault((ours, theirs), type(ours.__name__, (ours, theirs), body))
    return _classes[ours, theirs]


_classes: dict[tuple[type[StreamkitError], type[Exception]], type[Any]] = {}


def _reduced(
    error: StreamkitError, ours: type[StreamkitError], theirs: type[Exception], protocol: Any
) -> tuple[Any, ...]:
    # A class that is made here has no name by which another process could find it.
    _, (_, args, attributes) = ours.__reduce_ex__(error, protocol)
    return _again, (ours, theirs, args, attributes)


def _again(
    ours: type[StreamkitError], theirs: type[Exception], args: Any, attributes: Any
) -> Exception:
    return cast("Exception", again(_both(ours, theirs), args, attributes))
