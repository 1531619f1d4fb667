"""What the completions of both clients have in common: their observables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar, overload

from streamkit.families.chat.call import CompletionCall, plain_format

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import TypeAdapter
    from reactivex import Observable
    from typing_extensions import TypeForm, Unpack

    from streamkit._core.answer_decoder import OnTruncated
    from streamkit.families._resource.params import CompletionParams, NotGiven
    from streamkit.families.chat.events import ChatCompletionStreamEvent
    from streamkit.operators.split_think import ThinkTags
    from streamkit.structured.response_format import FormT, ResponseFormat
    from streamkit.types import ChatCompletionChunk

__all__ = ["ObservableCompletions"]

T = TypeVar("T")


class ObservableCompletions(ABC):
    """Chat completions as cold observables."""

    @overload
    def observe(
        self,
        *,
        response_format: type[T] | TypeAdapter[T] | ResponseFormat[T],
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> Observable[ChatCompletionStreamEvent[T]]: ...
    @overload
    def observe(
        self,
        *,
        response_format: Mapping[str, Any] | NotGiven | None = None,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> Observable[ChatCompletionStreamEvent[Any]]: ...
    @overload
    def observe(
        self,
        *,
        response_format: TypeForm[FormT],
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> Observable[ChatCompletionStreamEvent[FormT]]: ...
    @overload
    def observe(
        self,
        *,
        response_format: object,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Unpack[CompletionParams],
    ) -> Observable[ChatCompletionStreamEvent[Any]]: ...
    def observe(
        self,
        *,
        on_truncated: OnTruncated = "error",
        partial_strings: bool = True,
        think_tags: ThinkTags | None = None,
        **params: Any,
    ) -> Observable[ChatCompletionStreamEvent[Any]]:
        """Return a cold observable of the events of ``stream``.

        Every subscription makes a request, and disposing of it closes the response. The async
        client pushes in a task of the running loop. The other pushes on the scheduler given to
        ``subscribe``, by default on the subscriber's own thread, so that ``subscribe`` returns when
        the stream has ended.
        """
        call = CompletionCall(
            params,
            stream=True,
            on_truncated=on_truncated,
            partial_strings=partial_strings,
            think_tags=think_tags,
        )
        return self._observe_events(call)

    def chunks(
        self,
        *,
        response_format: Mapping[str, Any] | NotGiven | None = None,
        on_truncated: OnTruncated = "error",
        **params: Unpack[CompletionParams],
    ) -> Observable[ChatCompletionChunk]:
        """Return a cold observable of the raw chunks: where a pipeline of one's own begins.

        A response format is sent as it is; ``streamkit.operators`` parse.
        """
        call = CompletionCall(
            {**params, "response_format": plain_format(response_format)},
            stream=True,
            on_truncated=on_truncated,
        )
        return self._observe_chunks(call)

    @abstractmethod
    def _observe_events(
        self, call: CompletionCall
    ) -> Observable[ChatCompletionStreamEvent[Any]]: ...

    @abstractmethod
    def _observe_chunks(self, call: CompletionCall) -> Observable[ChatCompletionChunk]: ...
