"""The items of a source that blocks, and the function that closes it."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard, cast

if TYPE_CHECKING:
    import httpx

__all__ = ["READ_SIZE", "TAKES", "Items", "is_one_item", "is_open_response", "items_of"]

READ_SIZE = 1 << 16
"""The most bytes that are read from a file at once."""

TAKES = (
    "an iterable of bytes, server-sent events, chunks or dicts, a file, or a response of httpx, "
    "requests or the openai package"
)


class Items(NamedTuple):
    """The items of a source, in order, and the functions that end it."""

    items: Iterator[Any]
    close: Callable[[], Any]


def items_of(source: Any, reader: str = "read") -> Items:
    """Return the items of a source; raise ``TypeError`` if it is none that blocks.

    Nothing is read before the first item is asked for.
    """
    if is_one_item(source):
        return Items(iter((source,)), _nothing)
    close = getattr(source, "close", _nothing)
    if callable(getattr(source, "iter_bytes", None)):  # httpx, openai, anthropic
        return Items(iter(source.iter_bytes()), close)
    if callable(getattr(source, "iter_content", None)):  # requests
        return Items(_of_requests(source), close)
    if callable(getattr(source, "read1", None)):  # a binary file; urllib3, http.client
        return Items(_reads(source.read1), close)
    if isinstance(source, Iterable):
        iterator = iter(cast("Iterable[Any]", source))
        return Items(iterator, _closer(iterator, close))
    if callable(getattr(source, "read", None)) and not _is_async(source):
        return Items(_reads(source.read), close)
    came = type(source).__name__
    if _is_async(source) or hasattr(source, "aiter_bytes"):
        raise TypeError(f"{reader}() takes {TAKES}; an async source such as {came} is for aread()")
    raise TypeError(f"{reader}() takes {TAKES}, and not {came}")


def _is_async(source: object) -> bool:
    return isinstance(source, AsyncIterable)


def is_open_response(source: Any, kind: type[Any]) -> TypeGuard[httpx.Response]:
    """Return whether a source is a response of httpx, with a body of this kind still unread.

    Such a body is read as that of a response of ours: its reader can be woken from elsewhere.
    """
    try:
        answers = source.request is not None and source.is_stream_consumed is False
        return (
            answers and isinstance(source.stream, kind) and hasattr(source, "num_bytes_downloaded")
        )
    except (AttributeError, RuntimeError):  # which httpx raises for a response without a request
        return False


def is_one_item(source: Any) -> bool:
    """Return whether a source is itself an item: a whole body, or a whole answer as an object."""
    whole = isinstance(source, str | bytes | bytearray | memoryview | Mapping)
    return whole or hasattr(source, "model_dump")


def _reads(read: Callable[[int], Any]) -> Iterator[Any]:
    while piece := read(READ_SIZE):
        yield piece


def _of_requests(response: Any) -> Iterator[bytes]:
    raw = response.raw
    if callable(getattr(raw, "read1", None)) and not getattr(raw, "closed", True):
        # What has come, at once; `iter_content` waits for a whole piece, or for the end.
        while piece := raw.read1(READ_SIZE, decode_content=True):
            yield piece
    else:
        yield from response.iter_content(None)


def _closer(iterator: Iterator[Any], close: Callable[[], Any]) -> Callable[[], Any]:
    def close_both() -> None:
        inner = getattr(iterator, "close", None)
        if inner is not None and inner is not close:
            with suppress(ValueError):  # another thread is in the generator
                inner()
        close()

    return close_both


def _nothing() -> None:
    """Close what needs no closing."""
