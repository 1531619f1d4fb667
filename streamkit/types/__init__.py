"""The wire types: the objects that the API sends, as msgspec Structs that keep unknown fields.

The types of parameters, which are TypedDicts, and those of files, models and vector stores are
imported when they are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from streamkit.types.parsed import (
    ParsedChatCompletion,
    ParsedChatCompletionMessage,
    ParsedChoice,
    ParsedFunction,
    ParsedFunctionToolCall,
)
from streamkit.types.shared import ErrorObject, FunctionDefinition

if TYPE_CHECKING:
    from streamkit.types.cursor_page import CursorPage
    from streamkit.types.file_object import FileDeleted, FileObject
    from streamkit.types.model import Model, ModelDeleted, ModelPage
    from streamkit.types.params.messages import (
        AssistantMessageParam,
        Base64ImageSourceParam,
        Base64PDFSourceParam,
        CacheControlEphemeralParam,
        CitationsConfigParam,
        ContentBlockParam,
        ContentBlockSourceParam,
        DocumentBlockParam,
        FileDocumentSourceParam,
        FileImageSourceParam,
        ImageBlockParam,
        JSONOutputFormatParam,
        MessageParam,
        MetadataParam,
        ModelParam,
        OutputConfigParam,
        PlainTextSourceParam,
        RedactedThinkingBlockParam,
        SearchResultBlockParam,
        ServerToolUseBlockParam,
        SystemMessageParam,
        TextBlockParam,
        ThinkingBlockParam,
        ThinkingConfigAdaptiveParam,
        ThinkingConfigDisabledParam,
        ThinkingConfigEnabledParam,
        ThinkingConfigParam,
        ToolBash20250124Param,
        ToolChoiceAnyParam,
        ToolChoiceAutoParam,
        ToolChoiceNoneParam,
        ToolChoiceParam,
        ToolChoiceToolParam,
        ToolParam,
        ToolResultBlockParam,
        ToolTextEditor20250728Param,
        ToolUnionParam,
        ToolUseBlockParam,
        URLImageSourceParam,
        URLPDFSourceParam,
        UserMessageParam,
        WebSearchResultBlockParam,
        WebSearchTool20250305Param,
        WebSearchToolResultBlockParam,
    )
    from streamkit.types.shared_params import ChatModel
    from streamkit.types.vector_store import (
        VectorStore,
        VectorStoreDeleted,
        VectorStoreSearchResponse,
    )

__all__ = [
    "Annotation",
    "AnnotationURLCitation",
    "AssistantMessageParam",
    "Base64ImageSourceParam",
    "Base64PDFSourceParam",
    "CacheControlEphemeralParam",
    "ChatCompletion",
    "ChatCompletionAudio",
    "ChatCompletionChunk",
    "ChatCompletionMessage",
    "ChatCompletionMessageCustomToolCall",
    "ChatCompletionMessageFunctionToolCall",
    "ChatCompletionMessageToolCall",
    "ChatCompletionTokenLogprob",
    "ChatModel",
    "Choice",
    "ChoiceDelta",
    "ChoiceDeltaCustom",
    "ChoiceDeltaFunctionCall",
    "ChoiceDeltaToolCall",
    "ChoiceDeltaToolCallFunction",
    "ChoiceLogprobs",
    "ChunkChoice",
    "CitationsConfigParam",
    "CompletionTokensDetails",
    "CompletionUsage",
    "ContentBlockParam",
    "ContentBlockSourceParam",
    "CursorPage",
    "Custom",
    "DocumentBlockParam",
    "ErrorObject",
    "FileDeleted",
    "FileDocumentSourceParam",
    "FileImageSourceParam",
    "FileObject",
    "Function",
    "FunctionCall",
    "FunctionDefinition",
    "ImageBlockParam",
    "JSONOutputFormatParam",
    "MessageParam",
    "MetadataParam",
    "Model",
    "ModelDeleted",
    "ModelPage",
    "ModelParam",
    "NestingError",
    "OutputConfigParam",
    "ParsedChatCompletion",
    "ParsedChatCompletionMessage",
    "ParsedChoice",
    "ParsedFunction",
    "ParsedFunctionToolCall",
    "PlainTextSourceParam",
    "PromptTokensDetails",
    "RedactedThinkingBlockParam",
    "SearchResultBlockParam",
    "ServerToolUseBlockParam",
    "SystemMessageParam",
    "TextBlockParam",
    "ThinkingBlockParam",
    "ThinkingConfigAdaptiveParam",
    "ThinkingConfigDisabledParam",
    "ThinkingConfigEnabledParam",
    "ThinkingConfigParam",
    "ToolBash20250124Param",
    "ToolChoiceAnyParam",
    "ToolChoiceAutoParam",
    "ToolChoiceNoneParam",
    "ToolChoiceParam",
    "ToolChoiceToolParam",
    "ToolParam",
    "ToolResultBlockParam",
    "ToolTextEditor20250728Param",
    "ToolUnionParam",
    "ToolUseBlockParam",
    "TopLogprob",
    "URLImageSourceParam",
    "URLPDFSourceParam",
    "UserMessageParam",
    "VectorStore",
    "VectorStoreDeleted",
    "VectorStoreSearchResponse",
    "WebSearchResultBlockParam",
    "WebSearchTool20250305Param",
    "WebSearchToolResultBlockParam",
    "Wire",
    "WireDecoder",
    "construct",
]

if not TYPE_CHECKING:  # `__getattr__` would make type checkers accept any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        from importlib import import_module

        module = _IMPORTED_WHEN_ASKED_FOR.get(name, "params.messages")
        value = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
        return value


_IMPORTED_WHEN_ASKED_FOR = {
    "ChatModel": "shared_params",
    "CursorPage": "cursor_page",
    "FileDeleted": "file_object",
    "FileObject": "file_object",
    "Model": "model",
    "ModelDeleted": "model",
    "ModelPage": "model",
    "VectorStore": "vector_store",
    "VectorStoreDeleted": "vector_store",
    "VectorStoreSearchResponse": "vector_store",
}
"""The modules of what a chat does not need; the others are types of parameters, in one module."""
