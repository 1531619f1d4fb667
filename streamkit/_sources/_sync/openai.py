# Made from ../_async/openai.py by .ci/unasync.py: change it there.
"""Our streams over a client of the ``openai`` package, on the running loop."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from streamkit._http._sync.transport import SyncTransport
from streamkit._sources._sync.http_client import OverHTTPClient
from streamkit._sources.over import PassesThrough, config_of
from streamkit.families.chat._sync.completions import Completions
from streamkit.families.responses._sync.responses import Responses

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from streamkit.limits import Limits

__all__ = ["OverOpenAI"]


class OverCompletions(PassesThrough, Completions):
    """Chat completions of ours, over the client's own; other names are the client's."""

    def __init__(self, transport: SyncTransport, theirs: Any) -> None:
        super().__init__(transport)
        self._theirs = theirs


class OverChat(PassesThrough):
    """The resource ``chat``; other names are the client's."""

    def __init__(self, transport: SyncTransport, theirs: Any) -> None:
        self._theirs = theirs
        self.completions = OverCompletions(transport, theirs.completions)


class OverResponses(PassesThrough, Responses):
    """Responses of ours, over the client's own; other names are the client's."""

    def __init__(self, transport: SyncTransport, theirs: Any) -> None:
        super().__init__(transport)
        self._theirs = theirs


class OverOpenAI(PassesThrough):
    """A client whose ``chat.completions`` and ``responses`` are ours, and all else is the caller's.

    Its requests are sent by the caller's client. Closing it closes that one.
    """

    def __init__(self, client: Any, limits: Limits) -> None:
        self._theirs = client
        self._limits = limits
        self._transport = SyncTransport(config_of(client, limits), OverHTTPClient(client))

    @cached_property
    def chat(self) -> OverChat:
        """The chat completions."""
        return OverChat(self._transport, self._theirs.chat)

    @cached_property
    def responses(self) -> OverResponses:
        """The responses."""
        return OverResponses(self._transport, self._theirs.responses)

    def with_options(self, **options: Any) -> Self:
        """Return the same over a client with other options, which are those of the caller's."""
        return type(self)(self._theirs.with_options(**options), self._limits)

    copy = with_options

    def close(self) -> None:
        """End the waits between attempts, and close the caller's client."""
        self._transport.close()
        self._theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __setattr__(self, name: str, value: object) -> None:
        # A setting is the client's, as `api_key` is.
        if name.startswith("_"):
            super().__setattr__(name, value)
        else:
            setattr(self._theirs, name, value)

    def __repr__(self) -> str:
        return f"from_openai({type(self._theirs).__name__})"
