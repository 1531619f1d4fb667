"""One call of chat completions: the request, and the reading of its answer. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from streamkit._core.arguments import require_iterable
from streamkit._core.wire import as_sent
from streamkit._http.request import Request
from streamkit.errors import SchemaError
from streamkit.families._resource.checked_call import CheckedCall
from streamkit.families._resource.mapped_calls import MappedCalls
from streamkit.families._resource.params import is_left_out
from streamkit.families._resource.streamed_call import AnswerCall, StreamedCall
from streamkit.families.chat import family
from streamkit.families.chat.answer_shapes import as_chunk
from streamkit.families.chat.common import final
from streamkit.families.chat.conversation import unparsed
from streamkit.families.chat.machine import ChatEvents
from streamkit.families.chat.plain_completion import plain_completion
from streamkit.families.chat.think import ThinkSplitter
from streamkit.limits import DEFAULTS, Limits
from streamkit.structured.reader import Reader
from streamkit.structured.response_format import response_format
from streamkit.structured.tools import require_strict_tools, tool_parsers
from streamkit.types import (
    ChatCompletion,
    ChatCompletionChunk,
    ParsedChatCompletion,
    construct,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import httpx

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._core.tags import ThinkTags
    from streamkit.families.chat.events import ChatCompletionEvent, ChatCompletionStreamEvent
    from streamkit.structured.response_format import ResponseFormat

__all__ = ["MAPPED", "CompletionCall", "plain_format"]


class CompletionCall(CheckedCall[ChatCompletion, ParsedChatCompletion[Any]]):
    """A call for a completion.

    The constructor refuses a response format of a wrong type and, with ``strict_tools``, tools that
    are not strict.
    """

    def __init__(  # noqa: PLR0913 - the parameters of the methods
        self,
        params: Mapping[str, Any],
        *,
        stream: bool,
        strict_tools: bool = False,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
    ) -> None:
        body = {name: value for name, value in params.items() if not is_left_out(value)}
        options = {name: body.pop(name) for name in _OPTIONS if name in body}
        if "tools" in body:
            # Copied into a list because it is read twice and may be an iterator.
            given_tools = body["tools"] or ()
            require_iterable("tools", given_tools, "an iterable of tools")
            body["tools"] = require_strict_tools(given_tools) if strict_tools else [*given_tools]
        if "messages" in body:
            body["messages"] = unparsed(body["messages"])
        self._format = _response_format(body.pop("response_format", None))
        if self._format is not None:
            body["response_format"] = self._format.param
        if stream or "stream" in body:
            body["stream"] = stream
        self._tools = tool_parsers(body.get("tools") or ())
        body.update(options.pop("extra_body", None) or {})
        self._choices = n if isinstance(n := body.get("n"), int) else 1
        self._on_truncated: OnTruncated = on_truncated
        self._partial_strings = partial_strings
        self._think_tags = think_tags
        self.request = Request(
            method="POST",
            path="/chat/completions",
            json=body,
            query=options.pop("extra_query", None) or {},
            headers=options.pop("extra_headers", None) or {},
            stream=stream,
            **options,
        )

    def machine(self, limits: Limits = DEFAULTS) -> ChatEvents:
        """Return a new machine for the answer."""
        reader = Reader(self._format, self._tools, partial_strings=self._partial_strings)
        if self._think_tags is not None:
            return _ThinkingEvents(reader, self._think_tags, limits)
        return ChatEvents(reader, limits=limits)

    def streamed(
        self,
    ) -> AnswerCall[ChatCompletionStreamEvent[Any], ChatCompletionEvent[Any]]:
        """Return the call whose answer is a stream of events."""
        answer = family.events(self.machine, self._choices)
        return AnswerCall(self.request, answer, self._on_truncated)

    def chunks(self) -> StreamedCall[ChatCompletionChunk]:
        """Return the call whose answer is a stream of raw chunks."""
        return StreamedCall(self.request, family.chunks(self._choices), self._on_truncated)

    def _decoded(self, response: httpx.Response, limits: Limits) -> ChatCompletion:
        return plain_completion(response, limits)

    def _feed(self, machine: ChatEvents, answer: ChatCompletion) -> None:
        machine.feed(construct(ChatCompletionChunk, as_chunk(as_sent(answer))))


def _map_call(params: dict[str, Any]) -> CompletionCall:
    """Return the call of one of many requests, whose answer comes as a whole."""
    think_tags: ThinkTags | None = params.pop("think_tags", None)
    return CompletionCall(params, stream=False, think_tags=think_tags)


def plain_format(value: Any) -> Any:
    """Return the response format of a method that does not parse; it must be a dict or left out."""
    if not is_left_out(value) and not isinstance(value, Mapping | None):
        raise SchemaError(
            "a response_format that is not parsed is a plain dict; to have the answer read into "
            f"{value!r}, call parse(), stream() or observe()"
        )
    return cast("object", value)


def _response_format(value: object) -> ResponseFormat[Any] | None:
    return response_format(value)


class _ThinkingEvents(ChatEvents):
    """The machine of ``chat_events`` for chunks that have thoughts in their content."""

    def __init__(self, reader: Reader, tags: ThinkTags, limits: Limits) -> None:
        super().__init__(reader, limits=limits)
        self._splitter = ThinkSplitter(tags)

    def short_road(self, _empty: object, _fill: object, /) -> None:
        """Return None: a piece may be part of a tag."""

    def feed(self, value: ChatCompletionChunk, /) -> Sequence[ChatCompletionStreamEvent[Any]]:
        (chunk,) = self._splitter.feed(value)
        return super().feed(chunk)

    def close(self) -> Iterator[ChatCompletionStreamEvent[Any]]:
        for chunk in self._splitter.close():
            yield from super().feed(chunk)
        yield from super().close()

    def fail(self, error: Exception, /) -> None:
        for chunk in self._splitter.close():
            super().feed(chunk)
        super().fail(error)


_OPTIONS = ("extra_headers", "extra_query", "extra_body", "timeout")

MAPPED = MappedCalls(_map_call, final, {"response_format": response_format})
