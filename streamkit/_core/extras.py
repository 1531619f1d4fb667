"""The packages of an extra, which may be missing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["needing"]


@contextmanager
def needing(extra: str, what: str) -> Generator[None]:
    """Have an import in the block that fails say which extra is to be installed.

    Args:
        extra: The name of the extra.
        what: What needs it, the subject of the message.

    Raises:
        ModuleNotFoundError: A package is missing; ``name`` is its name, as without this.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if not missing or missing == "streamkit" or "streamkit-rx[" in str(error):
            raise
        raise ModuleNotFoundError(
            f"{what} needs the package {missing}: pip install 'streamkit-rx[{extra}]'",
            name=error.name,
        ) from None
