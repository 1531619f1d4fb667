"""The common part of the wrappers of other packages' clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit._http.config import ClientConfig

if TYPE_CHECKING:
    from streamkit.limits import Limits

__all__ = ["PassesThrough", "config_of"]


class PassesThrough:
    """A wrapper of another object, to which it passes on every public name that it lacks."""

    _theirs: Any

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._theirs, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self._theirs)})


def config_of(client: Any, limits: Limits) -> ClientConfig:
    """Return what our side of an exchange needs to know of a client; the rest is its own."""
    url = str(client.base_url).partition("?")[0]
    retries = client.max_retries
    return ClientConfig(api_key="", base_url=url, max_retries=retries, limits=limits)
