"""The functions that read any source as typed events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict, TypeVar, overload

from streamkit.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from pydantic import TypeAdapter
    from typing_extensions import TypeForm

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.tags import ThinkTags
    from streamkit._sources._async.stream import AsyncSourceStream
    from streamkit._sources._sync.stream import SourceStream
    from streamkit.structured.response_format import FormT, ResponseFormat

__all__ = ["FamilyName", "aread", "read"]

FamilyName: TypeAlias = Literal["chat", "messages", "responses"]
"""The name of the protocol that a source speaks."""

T = TypeVar("T")


class ReadOptions(TypedDict, total=False):
    """The options of ``read`` and ``aread`` besides ``format``, which decides the type."""

    tools: Iterable[Mapping[str, Any]]
    choices: int
    on_truncated: OnTruncated
    partial_strings: bool
    think_tags: ThinkTags | None
    limits: Limits


@overload
def read(
    source: object,
    family: FamilyName = "chat",
    *,
    format: type[T] | TypeAdapter[T] | ResponseFormat[T],
    **options: Unpack[ReadOptions],
) -> SourceStream[T]: ...
@overload
def read(
    source: object,
    family: FamilyName = "chat",
    *,
    format: Mapping[str, Any] | None = None,
    **options: Unpack[ReadOptions],
) -> SourceStream[Any]: ...
@overload
def read(
    source: object,
    family: FamilyName = "chat",
    *,
    format: TypeForm[FormT],
    **options: Unpack[ReadOptions],
) -> SourceStream[FormT]: ...
@overload
def read(
    source: object,
    family: FamilyName = "chat",
    *,
    format: object,
    **options: Unpack[ReadOptions],
) -> SourceStream[Any]: ...
def read(  # noqa: PLR0913 - a source has as many options as a request
    source: object,
    family: FamilyName = "chat",
    *,
    format: object = None,
    tools: Iterable[Mapping[str, Any]] = (),
    choices: int = 1,
    on_truncated: OnTruncated = "error",
    partial_strings: bool = True,
    think_tags: ThinkTags | None = None,
    limits: Limits = DEFAULTS,
) -> SourceStream[Any]:
    """Return the typed events of a source that blocks, whatever it is, as an iterator.

    The source is an iterable of bytes or text as they came, however cut; of server-sent events,
    ours or those of ``httpx-sse``; or of chunks, as dicts or as objects of any library that dump to
    dicts (``openai``, ``litellm``, ``anthropic``). It may also be a file, a response of ``httpx``
    or ``requests`` or its body, or one whole body. Nothing is read before the first event is asked
    for, and no more than that event needs. Closing the stream closes the source, and so does its
    end.

    The events are the common ones, which ``observe()`` emits. The rules are those of a stream of
    our own: a source that stops before its answer has ended is a ``StreamTruncatedError``, errors
    come last, and their ``partial`` is what had arrived. What an iterator itself raises is raised
    unchanged, unless the network or a file broke off.

    Args:
        source: The source.
        family: The protocol that it speaks.
        format: The type to parse the content into, or the dict that a request takes.
        tools: The tools of the request, as it takes them.
        choices: The number of choices that were requested of a chat.
        on_truncated: "error" raises an error when the source is cut; "accept" ends the stream.
        partial_strings: Whether ``parsed`` includes strings that are not complete yet.
        think_tags: The tags around thoughts in a chat's content, which become reasoning.
        limits: The maximum amounts that are accepted.

    Raises:
        TypeError: It is no source, or one to be awaited, or an item of it is no part of a stream.
    """
    from streamkit._sources._sync.stream import SourceStream
    from streamkit._sources.body import body_of
    from streamkit._sources.calls import call_of

    call = call_of(
        family,
        format,
        tools,
        choices,
        on_truncated=on_truncated,
        partial_strings=partial_strings,
        think_tags=think_tags,
    )
    return SourceStream(body_of(source), call, limits)


@overload
def aread(
    source: object,
    family: FamilyName = "chat",
    *,
    format: type[T] | TypeAdapter[T] | ResponseFormat[T],
    **options: Unpack[ReadOptions],
) -> AsyncSourceStream[T]: ...
@overload
def aread(
    source: object,
    family: FamilyName = "chat",
    *,
    format: Mapping[str, Any] | None = None,
    **options: Unpack[ReadOptions],
) -> AsyncSourceStream[Any]: ...
@overload
def aread(
    source: object,
    family: FamilyName = "chat",
    *,
    format: TypeForm[FormT],
    **options: Unpack[ReadOptions],
) -> AsyncSourceStream[FormT]: ...
@overload
def aread(
    source: object,
    family: FamilyName = "chat",
    *,
    format: object,
    **options: Unpack[ReadOptions],
) -> AsyncSourceStream[Any]: ...
def aread(  # noqa: PLR0913 - a source has as many options as a request
    source: object,
    family: FamilyName = "chat",
    *,
    format: object = None,
    tools: Iterable[Mapping[str, Any]] = (),
    choices: int = 1,
    on_truncated: OnTruncated = "error",
    partial_strings: bool = True,
    think_tags: ThinkTags | None = None,
    limits: Limits = DEFAULTS,
) -> AsyncSourceStream[Any]:
    """Return the typed events of a source that is awaited, as an async iterator.

    It is ``read`` for async iterables, for responses of ``httpx.AsyncClient`` and ``aiohttp`` and
    their bodies, and for what is in memory; a source that would block the event loop is refused.
    ``aread`` itself is not awaited.

    Args:
        source: The source.
        family: The protocol that it speaks.
        format: The type to parse the content into, or the dict that a request takes.
        tools: The tools of the request, as it takes them.
        choices: The number of choices that were requested of a chat.
        on_truncated: "error" raises an error when the source is cut; "accept" ends the stream.
        partial_strings: Whether ``parsed`` includes strings that are not complete yet.
        think_tags: The tags around thoughts in a chat's content, which become reasoning.
        limits: The maximum amounts that are accepted.

    Raises:
        TypeError: It is no source, or one that blocks, or an item of it is no part of a stream.
    """
    from streamkit._sources._async.stream import AsyncSourceStream
    from streamkit._sources.async_body import async_body_of
    from streamkit._sources.calls import call_of

    call = call_of(
        family,
        format,
        tools,
        choices,
        on_truncated=on_truncated,
        partial_strings=partial_strings,
        think_tags=think_tags,
    )
    return AsyncSourceStream(async_body_of(source), call, limits)
