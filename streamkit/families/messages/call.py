"""One call of messages: the request, and the reading of its answer. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from streamkit._core.arguments import require_iterable
from streamkit.errors import SchemaError
from streamkit.families._resource.call import Call, post, request, split
from streamkit.families._resource.checked_call import CheckedCall
from streamkit.families._resource.mapped_calls import MappedCalls
from streamkit.families._resource.params import is_left_out
from streamkit.families._resource.streamed_call import AnswerCall, StreamedCall
from streamkit.families.messages import family
from streamkit.families.messages.common import final
from streamkit.families.messages.machine import MessageEvents
from streamkit.families.messages.plain_message import plain_message
from streamkit.limits import DEFAULTS, Limits
from streamkit.structured.message_format import (
    input_parsers,
    message_format,
    message_tools,
    plain_message_format,
)
from streamkit.structured.reader import Reader
from streamkit.types.messages import (
    Message,
    MessageTokensCount,
    ParsedMessage,
    RawMessageStartEvent,
    RawMessageStopEvent,
    RawMessageStreamEvent,
)

if TYPE_CHECKING:
    import httpx

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit._http.request import Request
    from streamkit.families._common.events import CommonEvent
    from streamkit.families.messages.events import MessageStreamEvent
    from streamkit.structured.response_format import ResponseFormat

__all__ = ["MAPPED", "PATH", "MessageCall", "count_tokens", "sendable"]

PATH = "/v1/messages"


class MessageCall(CheckedCall[Message, ParsedMessage[Any]]):
    """A call for a message.

    The constructor refuses an output format of a wrong type, and two tools of one name.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        *,
        stream: bool,
        output_format: object = None,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
    ) -> None:
        given, options = split(params)
        body, self._format = sendable(given, output_format)
        if stream or "stream" in body:
            body["stream"] = stream
        self._tools = input_parsers(body.get("tools") or ())
        body.update(options.pop("extra_body", None) or {})
        self._on_truncated: OnTruncated = on_truncated
        self._partial_strings = partial_strings
        self.request: Request = request("POST", PATH, {}, options, {}, json=body, stream=stream)

    def machine(self, limits: Limits = DEFAULTS) -> MessageEvents:
        """Return a new machine for the answer."""
        reader = Reader(self._format, self._tools, partial_strings=self._partial_strings)
        return MessageEvents(reader, limits=limits)

    def streamed(self) -> AnswerCall[MessageStreamEvent[Any], CommonEvent[Any]]:
        """Return the call whose answer is a stream of typed events."""
        return AnswerCall(self.request, family.events(self.machine), self._on_truncated)

    def raw(self) -> StreamedCall[RawMessageStreamEvent]:
        """Return the call whose answer is a stream of the wire's events."""
        return StreamedCall(self.request, family.raw_events(), self._on_truncated)

    def _decoded(self, response: httpx.Response, limits: Limits) -> Message:
        return plain_message(response, limits)

    def _feed(self, machine: MessageEvents, answer: Message) -> None:
        machine.feed(RawMessageStartEvent(message=answer))
        machine.feed(RawMessageStopEvent())


def _map_call(params: dict[str, Any]) -> MessageCall:
    """Return the call of one of many requests, whose answer comes as a whole."""
    output_format: object = params.pop("output_format", None)
    return MessageCall(params, stream=False, output_format=output_format)


def count_tokens(
    params: Mapping[str, Any], output_format: object = None
) -> Call[MessageTokensCount]:
    """Return the call that counts the input tokens of a message."""
    body, _ = sendable(params, output_format)
    return post(f"{PATH}/count_tokens", MessageTokensCount, body, headers={})


def sendable(
    params: Mapping[str, Any], output_format: object = None
) -> tuple[dict[str, Any], ResponseFormat[Any] | None]:
    """Return the parameters as the API takes them, and the format of the answer."""
    body = {name: value for name, value in params.items() if not is_left_out(value)}
    if "tools" in body:
        require_iterable("tools", body["tools"] or (), "an iterable of tools")
        body["tools"] = message_tools(body["tools"] or ())
    if "messages" in body:
        body["messages"] = _messages(body["messages"])
    config: Mapping[str, Any] = body.get("output_config") or {}
    format_ = plain_message_format(config)
    if not (is_left_out(output_format) or output_format is None):
        if format_ is not None:
            raise SchemaError("give output_format or output_config['format'], not both")
        typed: ResponseFormat[Any] = message_format(output_format)
        body["output_config"] = {**config, "format": typed.param}
        return body, typed
    return body, format_


def _messages(messages: object) -> object:
    """Return the messages with each answer of the model as the API takes it back."""
    if not isinstance(messages, Iterable) or isinstance(messages, str | bytes | Mapping):
        return cast("object", messages)
    return [
        message.to_param() if isinstance(message, Message) else message
        for message in cast("Iterable[object]", messages)
    ]


MAPPED = MappedCalls(_map_call, final, {"output_format": message_format})
