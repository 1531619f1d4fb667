"""The wire types: the objects that the API sends, as msgspec Structs that keep unknown fields."""

from __future__ import annotations

from streamkit._core.construction import construct
from streamkit._core.decoding import NestingError, WireDecoder
from streamkit._core.wire import Wire
from streamkit.types.chunk import (
    ChatCompletionChunk,
    ChoiceDelta,
    ChoiceDeltaCustom,
    ChoiceDeltaFunctionCall,
    ChoiceDeltaToolCall,
    ChoiceDeltaToolCallFunction,
    ChunkChoice,
)
from streamkit.types.completion import (
    Annotation,
    AnnotationURLCitation,
    ChatCompletion,
    ChatCompletionAudio,
    ChatCompletionMessage,
    ChatCompletionMessageCustomToolCall,
    ChatCompletionMessageFunctionToolCall,
    ChatCompletionMessageToolCall,
    ChatCompletionTokenLogprob,
    Choice,
    ChoiceLogprobs,
    CompletionTokensDetails,
    CompletionUsage,
    Custom,
    Function,
    FunctionCall,
    PromptTokensDetails,
    TopLogprob,
)
from streamkit.types.cursor_page import CursorPage
from streamkit.types.file_object import FileDeleted, FileObject
from streamkit.types.parsed import (
    ParsedChatCompletion,
    ParsedChatCompletionMessage,
    ParsedChoice,
    ParsedFunction,
    ParsedFunctionToolCall,
)
from streamkit.types.shared import ErrorObject, FunctionDefinition
from streamkit.types.vector_store import (
    VectorStore,
    VectorStoreDeleted,
    VectorStoreSearchResponse,
)

__all__ = [
    "Annotation",
    "AnnotationURLCitation",
    "ChatCompletion",
    "ChatCompletionAudio",
    "ChatCompletionChunk",
    "ChatCompletionMessage",
    "ChatCompletionMessageCustomToolCall",
    "ChatCompletionMessageFunctionToolCall",
    "ChatCompletionMessageToolCall",
    "ChatCompletionTokenLogprob",
    "Choice",
    "ChoiceDelta",
    "ChoiceDeltaCustom",
    "ChoiceDeltaFunctionCall",
    "ChoiceDeltaToolCall",
    "ChoiceDeltaToolCallFunction",
    "ChoiceLogprobs",
    "ChunkChoice",
    "CompletionTokensDetails",
    "CompletionUsage",
    "CursorPage",
    "Custom",
    "ErrorObject",
    "FileDeleted",
    "FileObject",
    "Function",
    "FunctionCall",
    "FunctionDefinition",
    "NestingError",
    "ParsedChatCompletion",
    "ParsedChatCompletionMessage",
    "ParsedChoice",
    "ParsedFunction",
    "ParsedFunctionToolCall",
    "PromptTokensDetails",
    "TopLogprob",
    "VectorStore",
    "VectorStoreDeleted",
    "VectorStoreSearchResponse",
    "Wire",
    "WireDecoder",
    "construct",
]
