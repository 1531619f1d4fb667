"""The functions that put our streams over the caller's own client."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Protocol, overload

from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from streamkit._sources._async.anthropic import AsyncOverAnthropic
    from streamkit._sources._async.openai import AsyncOverOpenAI
    from streamkit._sources._sync.anthropic import OverAnthropic
    from streamkit._sources._sync.openai import OverOpenAI

__all__ = ["from_anthropic", "from_openai"]


class AwaitedClient(Protocol):
    """A client on the running loop."""

    def close(self) -> Awaitable[None]:
        """Close the client."""
        ...


class BlockingClient(Protocol):
    """A client that blocks."""

    def close(self) -> None:
        """Close the client."""
        ...


@overload
def from_openai(client: AwaitedClient, *, limits: Limits = DEFAULTS) -> AsyncOverOpenAI: ...
@overload
def from_openai(client: BlockingClient, *, limits: Limits = DEFAULTS) -> OverOpenAI: ...
def from_openai(client: Any, *, limits: Limits = DEFAULTS) -> AsyncOverOpenAI | OverOpenAI:
    """Put ``chat.completions`` and ``responses`` of ours over a client of the ``openai`` package.

        client = from_openai(openai.AzureOpenAI(...))
        with client.chat.completions.stream(model=..., messages=...) as stream: ...

    The client sends the requests, so its authentication, hooks, proxies, headers and addresses act;
    Azure's and Bedrock's clients are such clients, too. Whatever is not ours is the client's:
    ``embeddings``, ``api_key``, ``with_raw_response``. A failed request is sent again as often as
    the client's ``max_retries`` says, and by the rules of streamkit.

    Errors are of both packages: ``except openai.RateLimitError`` catches what
    ``except streamkit.RateLimitError`` does, before the answer and within it.

    A stream is closed at any time. Only a thread that waits for the headers of an answer learns of
    that when they come, or by a limit of time, because the client does not show its sockets.

    Args:
        client: An ``openai.OpenAI`` or ``openai.AsyncOpenAI``, or a client of a class of theirs.
        limits: The maximum amounts that are accepted from the server.

    Raises:
        TypeError: It is no such client.
    """
    if not _is_client(client, "chat"):
        raise TypeError(
            "from_openai() takes a client of the openai package, such as openai.OpenAI() or "
            f"openai.AsyncAzureOpenAI(), and not {_named(client, 'messages', 'from_anthropic')}"
        )
    if inspect.iscoroutinefunction(client.post):
        from streamkit._sources._async.openai import AsyncOverOpenAI

        return AsyncOverOpenAI(client, limits)
    from streamkit._sources._sync.openai import OverOpenAI

    return OverOpenAI(client, limits)


@overload
def from_anthropic(client: AwaitedClient, *, limits: Limits = DEFAULTS) -> AsyncOverAnthropic: ...
@overload
def from_anthropic(client: BlockingClient, *, limits: Limits = DEFAULTS) -> OverAnthropic: ...
def from_anthropic(client: Any, *, limits: Limits = DEFAULTS) -> AsyncOverAnthropic | OverAnthropic:
    """Put ``messages`` of ours over a client of the ``anthropic`` package.

        client = from_anthropic(anthropic.AnthropicVertex(...))
        with client.messages.stream(model=..., max_tokens=..., messages=...) as stream: ...

    All that ``from_openai`` says holds here: the client sends the requests, Vertex's and Bedrock's
    among them; whatever is not ours is the client's; and errors are of both packages.

    Args:
        client: An ``anthropic.Anthropic`` or ``anthropic.AsyncAnthropic``, or a client of a class
            of theirs.
        limits: The maximum amounts that are accepted from the server.

    Raises:
        TypeError: It is no such client.
    """
    if not _is_client(client, "messages"):
        raise TypeError(
            "from_anthropic() takes a client of the anthropic package, such as "
            "anthropic.Anthropic() or anthropic.AsyncAnthropicVertex(), and not "
            f"{_named(client, 'chat', 'from_openai')}"
        )
    if inspect.iscoroutinefunction(client.post):
        from streamkit._sources._async.anthropic import AsyncOverAnthropic

        return AsyncOverAnthropic(client, limits)
    from streamkit._sources._sync.anthropic import OverAnthropic

    return OverAnthropic(client, limits)


def _is_client(client: object, resource: str) -> bool:
    needed = (resource, "post", "base_url", "max_retries")
    return not isinstance(client, type) and all(hasattr(client, name) for name in needed)


def _named(client: object, resource: str, function: str) -> str:
    """Return the name of what was given, with advice if it is a client of the other package."""
    if isinstance(client, type):
        return f"the class {client.__name__}: make an instance of it"
    name = type(client).__name__
    return f"{name}, which is for {function}()" if _is_client(client, resource) else name
