# Made from ../_async/over_client.py by .ci/unasync.py: change it there.
"""A client of another package with our streams over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from streamkit._http._sync.transport import SyncTransport
from streamkit._sources._sync.http_client import OverHTTPClient
from streamkit._sources.over import PassesThrough, config_of

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from streamkit.limits import Limits

__all__ = ["OverClient"]


class OverClient(PassesThrough):
    """The base of such clients: a subclass has the resources that are ours.

    The caller's client sends the requests. Closing this one closes it.
    """

    _function: ClassVar[str]
    """The name of the function that makes such a client."""

    def __init__(self, client: Any, limits: Limits) -> None:
        self._theirs = client
        self._limits = limits
        self._transport = SyncTransport(config_of(client, limits), OverHTTPClient(client))

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
        return f"{self._function}({type(self._theirs).__name__})"
