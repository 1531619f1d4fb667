"""The part of a client that is the same for every API: its transport and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from streamkit._client.missing import missing
from streamkit._client.options import changed
from streamkit._client.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

    from streamkit._http._async.transport import AsyncTransport

__all__ = ["AsyncAPIClient"]


class AsyncAPIClient(Settings["AsyncTransport"]):
    """The base of the clients of every API."""

    _package: ClassVar[str]
    """The package whose client of this name has more than this one."""

    if not TYPE_CHECKING:  # else type checkers would accept any name

        def __getattr__(self, name: str) -> object:
            raise missing(self, name, self._package)

    async def close(self) -> None:
        """Close the connections, unless the caller gave the HTTP client."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._transport.config!r})"

    def _changed(self, options: Mapping[str, Any]) -> Self:
        client = object.__new__(type(self))
        client._connect(self._transport.with_config(changed(self._transport.config, options)))
        return client

    def _connect(self, transport: AsyncTransport) -> None:
        """Take the transport; a subclass makes its resources of it."""
        self._transport = transport
