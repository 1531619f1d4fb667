"""Our streams over a client of the ``openai`` package, on the running loop."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from streamkit._http._async.transport import AsyncTransport
from streamkit._sources._async.http_client import AsyncOverHTTPClient
from streamkit._sources.over import PassesThrough, config_of
from streamkit.families.chat._async.completions import AsyncCompletions
from streamkit.families.responses._async.responses import AsyncResponses

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from streamkit.limits import Limits

__all__ = ["AsyncOverOpenAI"]


class AsyncOverCompletions(PassesThrough, AsyncCompletions):
    """Chat completions of ours, over the client's own; other names are the client's."""

    def __init__(self, transport: AsyncTransport, theirs: Any) -> None:
        super().__init__(transport)
        self._theirs = theirs


class AsyncOverChat(PassesThrough):
    """The resource ``chat``; other names are the client's."""

    def __init__(self, transport: AsyncTransport, theirs: Any) -> None:
        self._theirs = theirs
        self.completions = AsyncOverCompletions(transport, theirs.completions)


class AsyncOverResponses(PassesThrough, AsyncResponses):
    """Responses of ours, over the client's own; other names are the client's."""

    def __init__(self, transport: AsyncTransport, theirs: Any) -> None:
        super().__init__(transport)
        self._theirs = theirs


class AsyncOverOpenAI(PassesThrough):
    """A client whose ``chat.completions`` and ``responses`` are ours, and all else is the caller's.

    Its requests are sent by the caller's client. Closing it closes that one.
    """

    def __init__(self, client: Any, limits: Limits) -> None:
        self._theirs = client
        self._limits = limits
        self._transport = AsyncTransport(config_of(client, limits), AsyncOverHTTPClient(client))

    @cached_property
    def chat(self) -> AsyncOverChat:
        """The chat completions."""
        return AsyncOverChat(self._transport, self._theirs.chat)

    @cached_property
    def responses(self) -> AsyncOverResponses:
        """The responses."""
        return AsyncOverResponses(self._transport, self._theirs.responses)

    def with_options(self, **options: Any) -> Self:
        """Return the same over a client with other options, which are those of the caller's."""
        return type(self)(self._theirs.with_options(**options), self._limits)

    copy = with_options

    async def close(self) -> None:
        """End the waits between attempts, and close the caller's client."""
        await self._transport.aclose()
        await self._theirs.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __setattr__(self, name: str, value: object) -> None:
        # A setting is the client's, as `api_key` is.
        if name.startswith("_"):
            super().__setattr__(name, value)
        else:
            setattr(self._theirs, name, value)

    def __repr__(self) -> str:
        return f"from_openai({type(self._theirs).__name__})"
