"""The base of all resources, which says where to find what they lack."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

__all__ = ["Resource"]

_CLIENTS = {"openai": "OpenAI", "anthropic": "Anthropic"}


class Resource:
    """The base of all resources of a client."""

    _package: ClassVar[str] = "openai"
    """The package whose resource of this name has more than this one."""

    if not TYPE_CHECKING:  # else type checkers would accept any name

        def __getattr__(self, name: str) -> object:
            kind, package = type(self).__name__, self._package
            message = f"{kind!r} object has no attribute {name!r}"
            if not name.startswith("_"):
                client = "Async" * kind.startswith("Async") + _CLIENTS[package]
                message = (
                    f"streamkit's {kind} has no {name!r}; that of"
                    f" from_{package}({package}.{client}(...)) has all that the {package} package's"
                    " has, and these streams"
                )
            raise AttributeError(message, name=name, obj=self)
