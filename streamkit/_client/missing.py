"""The error for what a client of ours does not have, which says how to get it."""

from __future__ import annotations

__all__ = ["missing"]


def missing(client: object, name: str, package: str) -> AttributeError:
    """Return the error for an attribute that a client lacks, and that of ``package`` may have."""
    kind = type(client).__name__
    message = f"{kind!r} object has no attribute {name!r}"
    if not name.startswith("_"):
        message = (
            f"streamkit's {kind} has no {name!r}: it streams. from_{package}({package}.{kind}(...))"
            f" has all that the {package} package's client has, and these streams"
        )
    return AttributeError(message, name=name, obj=client)
