"""The settings that a client shows, under the names that the peers' clients have for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

if TYPE_CHECKING:
    import httpx

    from streamkit._http.config import Timeouts
    from streamkit._http.transport import Transport

__all__ = ["Settings"]

T = TypeVar("T", bound="Transport[Any]")


class Settings(Generic[T]):
    """The base of all clients: what they were made with, which nothing changes later."""

    _transport: T
    _options: ClassVar[type[Any]]
    """The ``TypedDict`` of the options with which a client is made."""

    @property
    def api_key(self) -> str:
        """The key; ``""`` if a function returns it for each request."""
        key = self._transport.config.api_key
        return key if isinstance(key, str) else ""

    @property
    def base_url(self) -> httpx.URL:
        """The address of the API, whose path ends with a slash."""
        import httpx

        url = httpx.URL(self._transport.config.base_url)
        return url if url.path == "/" else url.copy_with(path=f"{url.path}/")

    @property
    def max_retries(self) -> int:
        """The number of times that a failed request is sent again."""
        return self._transport.config.max_retries

    @property
    def timeout(self) -> float | Timeouts | None:
        """The timeout of requests that have none of their own; None waits for ever."""
        return self._transport.timeout

    def __setattr__(self, name: str, value: object) -> None:
        """Raise ``AttributeError`` for a setting: other requests may be under way with it."""
        if name in self._options.__annotations__:
            raise AttributeError(
                f"{name} of a client cannot be set: client.with_options({name}=...) is a client"
                " with another one and the same connections",
                name=name,
                obj=self,
            )
        super().__setattr__(name, value)
