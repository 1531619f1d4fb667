"""The public names: every name that is added or removed changes this list."""

from __future__ import annotations

import pydoc
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

import streamkit

TOP = """
APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError Anthropic
AnthropicError AssistantEventHandler AssistantStream AsyncAnthropic AsyncAssistantEventHandler
AsyncAssistantStream AsyncChatCompletionStream AsyncMapResults AsyncMessageStream AsyncOpenAI
AsyncResponseStream AsyncStream AsyncToolStream AuthenticationError BadRequestError
ChatCompletionStream ClientClosedRequestError ConflictError ContentFilterFinishReasonError
ContentTooLargeError CredentialsError DeadlineExceededError DefaultAioHttpClient
DefaultAsyncHttpx2Client DefaultAsyncHttpxClient DefaultHttpx2Client DefaultHttpxClient Final
FinalToolCall
GatewayTimeoutError HTTPNotImplementedError Hub InternalServerError LengthFinishReasonError
LimitExceededError Limits MapProgress MapResult MapResults MessageStream NOT_GIVEN NotFoundError
NotGiven Omit OpenAI OpenAIError OverloadedError ParseError PartialArray PartialObject
PaymentRequiredError PermissionDeniedError PollTimeoutError PreconditionFailedError RateLimitError
RequestHeaderFieldsTooLargeError RequestTimeoutError RequestTooLargeError ResponseStream
RetryableError SchemaError
ServiceUnavailableError SlowConsumerError Stream StreamClosedError StreamDecodeError
StreamTimeoutError StreamTruncatedError StreamkitError TextWithheldError ThinkTags Timeout Tool
ToolStream TurnLimitError UnprocessableEntityError UploadProgress Usage __version__ aread
from_anthropic from_openai iterate json_default many_streams_client not_given omit
pydantic_function_tool
pydantic_message_tool pydantic_responses_function_tool race read
"""
MODULES = {
    "bulk": "NamedPipeline Outcome Pipeline answer cassettes observe outcomes replay stream_of",
    "client": "Anthropic AnthropicOptions AsyncAnthropic AsyncOpenAI ClientOptions OpenAI",
    "errors": """
        APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError
        AnthropicError AuthenticationError BadRequestError ClientClosedRequestError ConflictError
        ContentFilterFinishReasonError ContentTooLargeError CredentialsError DeadlineExceededError
        GatewayTimeoutError HTTPNotImplementedError InternalServerError LengthFinishReasonError
        LimitExceededError NotFoundError OpenAIError OverloadedError ParseError PartialRun
        PaymentRequiredError PermissionDeniedError PollTimeoutError PreconditionFailedError
        RateLimitError RequestHeaderFieldsTooLargeError RequestTimeoutError RequestTooLargeError
        RetryableError SchemaError ServiceUnavailableError SlowConsumerError StreamClosedError
        StreamDecodeError StreamTimeoutError StreamTruncatedError StreamkitError TextWithheldError
        TimeLimit TurnLimitError UnprocessableEntityError
    """,
    "events": """
        AnnotationEvent AnswerChunkEvent AttemptResetEvent ChatCompletionEvent
        ChatCompletionStreamEvent ChunkEvent ChunkHeadEvent CommonEvent ContentDeltaEvent
        ContentDoneEvent CustomToolCallInputDeltaEvent CustomToolCallInputDoneEvent EncodedEvent
        EndEvent EndStatus ErrorReport Event EventDecoder EventEncoder EventsDroppedEvent
        FinishEvent FunctionToolCallArgumentsDeltaEvent FunctionToolCallArgumentsDoneEvent Head
        ImagePartialEvent ItemDoneEvent ItemFailedEvent LogprobsContentDeltaEvent
        LogprobsContentDoneEvent LogprobsRefusalDeltaEvent LogprobsRefusalDoneEvent PartEvent
        PatchEvent PathDeltaEvent PathDoneEvent RaceLoser RaceSettledEvent RawChunkEvent
        ReasoningDeltaEvent ReasoningDoneEvent RefusalDeltaEvent RefusalDoneEvent
        ServerToolDeltaEvent ServerToolDoneEvent ToolFailedEvent ToolHeldEvent ToolResultEvent
        ToolStartedEvent TurnDoneEvent TurnEvent TurnStartedEvent UnknownEvent UsageEvent decode
        encode end_of
    """,
    "eventlog": """
        CursorError Entry EventLog EventLogError EventReader LogEndedError LogExistsError
        LogExpiredError LogNotFoundError LogStatus LogTrimmedError LogUnavailableError MemoryLog
        Producer ProducerFencedError Production Reader RedisLog Retention SQLiteLog
    """,
    "hub": "",
    "inspector": "Inspector",
    "limits": "DEFAULTS Limits",
    "machine": "Machine",
    "operators": """
        accumulate accumulate_messages accumulate_run assistant_events call_tools chat_events
        coalesce content_timeout decode decode_assistant_events gate items lift logprobs map_async
        message_content only parse_text partial_parse patches pipe reasoning refusal_detect
        retry_stream select share split_by_choice split_by_part split_think text throttle
        tool_arg_parse tool_calls until
    """,
    "polling": """
        DEFAULT_INTERVAL LONGEST_HINT Poller Polling Reply SHORTEST_HINT observe_polling poll
        poll_until_done poll_until_done_async
    """,
    "proxy": "APIName FRONTS FrontName create_app",
    "recording": """
        Cassette Clock Failure Read Recording Replay load record replay save shipped shipped_names
    """,
    "relay": """
        AGUIEncoder ChatChunkEncoder ErrorText HEADERS KEEP_ALIVE Objects OnError Protocol
        ResponsesEncoder SSEEncoder UIMessageEncoder aframes asgi encoder frames response resume
        safe_text wsgi
    """,
    "relay.asgi": "RelayResponse response resume",
    "relay.wsgi": "RelayBody body",
    "server": "EmbeddedServer Exchange create_app",
    "server.faults": "BrokenTLS Fault KINDS read",
    "sources": "AsyncSourceStream SourceStream aread from_anthropic from_openai read",
    "telemetry": "instrument",
    "testing": """
        UseCassette VirtualClock anthropic_server assert_any_cut assert_marbles cassette
        embedded_server events_of fault openai_server
    """,
    "types": """
        Annotation AnnotationURLCitation AssistantMessageParam Base64ImageSourceParam
        Base64PDFSourceParam CacheControlEphemeralParam ChatCompletion ChatCompletionAudio
        ChatCompletionChunk ChatCompletionMessage ChatCompletionMessageCustomToolCall
        ChatCompletionMessageFunctionToolCall ChatCompletionMessageToolCall
        ChatCompletionTokenLogprob ChatModel Choice ChoiceDelta ChoiceDeltaCustom
        ChoiceDeltaFunctionCall ChoiceDeltaToolCall ChoiceDeltaToolCallFunction ChoiceLogprobs
        ChunkChoice CitationsConfigParam CompletionTokensDetails CompletionUsage ContentBlockParam
        ContentBlockSourceParam CursorPage Custom DocumentBlockParam ErrorObject FileDeleted
        FileDocumentSourceParam FileImageSourceParam FileObject Function FunctionCall
        FunctionDefinition ImageBlockParam JSONOutputFormatParam MessageParam MetadataParam Model
        ModelDeleted ModelPage ModelParam NestingError OutputConfigParam ParsedChatCompletion
        ParsedChatCompletionMessage ParsedChoice ParsedFunction ParsedFunctionToolCall
        PlainTextSourceParam PromptTokensDetails RedactedThinkingBlockParam SearchResultBlockParam
        ServerToolUseBlockParam SystemMessageParam TextBlockParam ThinkingBlockParam
        ThinkingConfigAdaptiveParam ThinkingConfigDisabledParam ThinkingConfigEnabledParam
        ThinkingConfigParam ToolBash20250124Param ToolChoiceAnyParam ToolChoiceAutoParam
        ToolChoiceNoneParam ToolChoiceParam ToolChoiceToolParam ToolParam ToolResultBlockParam
        ToolTextEditor20250728Param ToolUnionParam ToolUseBlockParam TopLogprob URLImageSourceParam
        URLPDFSourceParam UserMessageParam VectorStore VectorStoreDeleted VectorStoreSearchResponse
        WebSearchResultBlockParam WebSearchTool20250305Param WebSearchToolResultBlockParam Wire
        WireDecoder construct
    """,
    "types.beta": """
        Assistant AssistantDeleted AssistantStreamEvent AssistantTool CodeInterpreterTool
        FileSearchTool FunctionTool Thread ThreadDeleted
    """,
    "types.beta.threads": """
        Annotation AnnotationDelta FileCitationAnnotation FileCitationDeltaAnnotation
        FilePathAnnotation FilePathDeltaAnnotation ImageFile ImageFileContentBlock ImageFileDelta
        ImageFileDeltaBlock ImageURL ImageURLContentBlock ImageURLDelta ImageURLDeltaBlock Message
        MessageContent MessageContentDelta MessageDeleted MessageDelta MessageDeltaEvent
        RefusalContentBlock RefusalDeltaBlock RequiredActionFunctionToolCall Run RunStatus Text
        TextContentBlock TextDelta TextDeltaBlock
    """,
    "types.beta.threads.runs": """
        CodeInterpreterLogs CodeInterpreterOutputImage CodeInterpreterToolCall
        CodeInterpreterToolCallDelta FileSearchToolCall FileSearchToolCallDelta FunctionToolCall
        FunctionToolCallDelta MessageCreationStepDetails RunStep RunStepDelta RunStepDeltaEvent
        RunStepDeltaMessageDelta ToolCall ToolCallDelta ToolCallDeltaObject ToolCallsStepDetails
    """,
    "types.chat": """
        ChatCompletion ChatCompletionAllowedToolChoiceParam ChatCompletionAllowedToolsParam
        ChatCompletionAssistantMessageParam ChatCompletionAudio ChatCompletionAudioParam
        ChatCompletionChunk ChatCompletionContentPartImageParam
        ChatCompletionContentPartInputAudioParam ChatCompletionContentPartParam
        ChatCompletionContentPartRefusalParam ChatCompletionContentPartTextParam
        ChatCompletionCustomToolParam ChatCompletionDeveloperMessageParam
        ChatCompletionFunctionCallOptionParam ChatCompletionFunctionMessageParam
        ChatCompletionFunctionToolParam ChatCompletionMessage ChatCompletionMessageCustomToolCall
        ChatCompletionMessageCustomToolCallParam ChatCompletionMessageFunctionToolCall
        ChatCompletionMessageFunctionToolCallParam ChatCompletionMessageParam
        ChatCompletionMessageToolCall ChatCompletionMessageToolCallParam
        ChatCompletionMessageToolCallUnionParam ChatCompletionNamedToolChoiceCustomParam
        ChatCompletionNamedToolChoiceParam ChatCompletionPredictionContentParam
        ChatCompletionStreamOptionsParam ChatCompletionSystemMessageParam ChatCompletionTokenLogprob
        ChatCompletionToolChoiceOptionParam ChatCompletionToolMessageParam ChatCompletionToolParam
        ChatCompletionToolUnionParam ChatCompletionUserMessageParam ParsedChatCompletion
        ParsedChatCompletionMessage ParsedChoice ParsedFunction ParsedFunctionToolCall
    """,
    "types.messages": """
        BashCodeExecutionToolResultBlock CacheCreation Caller CitationCharLocation
        CitationContentBlockLocation CitationPageLocation CitationsDelta
        CitationsSearchResultLocation CitationsWebSearchResultLocation CodeExecutionToolResultBlock
        CompactionBlock CompactionDelta Container ContainerUploadBlock ContentBlock
        DeletedMessageBatch ErrorResponse InputJSONDelta McpToolResultBlock McpToolUseBlock Message
        MessageBatch MessageBatchCanceledResult MessageBatchErroredResult MessageBatchExpiredResult
        MessageBatchIndividualResponse MessageBatchRequestCounts MessageBatchResult
        MessageBatchSucceededResult MessageDelta MessageDeltaUsage MessageTokensCount
        OutputTokensDetails ParsedContentBlock ParsedMessage ParsedTextBlock ParsedToolUseBlock
        RawContentBlockDelta RawContentBlockDeltaEvent RawContentBlockStartEvent
        RawContentBlockStopEvent RawMessageDeltaEvent RawMessageStartEvent RawMessageStopEvent
        RawMessageStreamEvent RedactedThinkingBlock ServerToolUsage ServerToolUseBlock
        SignatureDelta StopDetails TextBlock TextCitation TextDelta
        TextEditorCodeExecutionToolResultBlock ThinkingBlock ThinkingDelta ToolResultContent
        ToolSearchToolResultBlock ToolUseBlock UnknownEvent Usage WebFetchToolResultBlock
        WebSearchResultBlock WebSearchToolResultBlock WebSearchToolResultError
    """,
    "types.responses": """
        AdditionalTools Annotation ApplyPatchToolParam CodeInterpreterOutput ComputerToolParam
        ComputerUsePreviewToolParam ContentPart Conversation CustomToolParam EasyInputMessageParam
        FileSearchResult FileSearchToolParam FunctionShellToolParam FunctionToolParam
        ImageGenerationCall ImageGenerationCallError IncompleteDetails InputTokensDetails
        LocalShellCall LocalShellCallAction LocalShellCallOutput Logprob LogprobTopLogprob
        McpApprovalRequest McpApprovalResponse McpCall McpListTools McpListToolsTool MessagePart
        NamespaceToolParam OutputTokensDetails ParsedResponse ParsedResponseFunctionToolCall
        ParsedResponseOutputItem ParsedResponseOutputMessage ParsedResponseOutputText
        PartReasoningText PatchOperation Program ProgramOutput Reasoning Response
        ResponseApplyPatchToolCall ResponseApplyPatchToolCallOutput ResponseAudioDeltaEvent
        ResponseAudioDoneEvent ResponseAudioTranscriptDeltaEvent ResponseAudioTranscriptDoneEvent
        ResponseCodeInterpreterCallCodeDeltaEvent ResponseCodeInterpreterCallCodeDoneEvent
        ResponseCodeInterpreterCallCompletedEvent ResponseCodeInterpreterCallInProgressEvent
        ResponseCodeInterpreterCallInterpretingEvent ResponseCodeInterpreterToolCall
        ResponseCompactionCompactingEvent ResponseCompactionItem ResponseCompletedEvent
        ResponseComputerToolCall ResponseComputerToolCallOutputItem ResponseContentPartAddedEvent
        ResponseContentPartDoneEvent ResponseCreatedEvent ResponseCustomToolCall
        ResponseCustomToolCallInputDeltaEvent ResponseCustomToolCallInputDoneEvent
        ResponseCustomToolCallOutputItem ResponseCustomToolCallParam ResponseDeleted ResponseError
        ResponseErrorEvent ResponseFailedEvent ResponseFileSearchCallCompletedEvent
        ResponseFileSearchCallInProgressEvent ResponseFileSearchCallSearchingEvent
        ResponseFileSearchToolCall ResponseFormatTextConfigParam
        ResponseFormatTextJSONSchemaConfigParam ResponseFunctionCallArgumentsDeltaEvent
        ResponseFunctionCallArgumentsDoneEvent ResponseFunctionShellToolCall
        ResponseFunctionShellToolCallOutput ResponseFunctionToolCall
        ResponseFunctionToolCallOutputItem ResponseFunctionToolCallParam ResponseFunctionWebSearch
        ResponseImageGenCallCompletedEvent ResponseImageGenCallGeneratingEvent
        ResponseImageGenCallInProgressEvent ResponseImageGenCallPartialImageEvent
        ResponseInProgressEvent ResponseIncompleteEvent ResponseInputContentParam
        ResponseInputFileParam ResponseInputImageParam ResponseInputItemParam
        ResponseInputMessageContentListParam ResponseInputParam ResponseInputTextParam
        ResponseMcpCallArgumentsDeltaEvent ResponseMcpCallArgumentsDoneEvent
        ResponseMcpCallCompletedEvent ResponseMcpCallFailedEvent ResponseMcpCallInProgressEvent
        ResponseMcpListToolsCompletedEvent ResponseMcpListToolsFailedEvent
        ResponseMcpListToolsInProgressEvent ResponseOutputItem ResponseOutputItemAddedEvent
        ResponseOutputItemDoneEvent ResponseOutputMessage ResponseOutputMessageParam
        ResponseOutputRefusal ResponseOutputRefusalParam ResponseOutputText
        ResponseOutputTextAnnotationAddedEvent ResponseOutputTextParam ResponsePromptParam
        ResponseQueuedEvent ResponseReasoningItem ResponseReasoningItemParam
        ResponseReasoningSummaryPartAddedEvent ResponseReasoningSummaryPartDoneEvent
        ResponseReasoningSummaryTextDeltaEvent ResponseReasoningSummaryTextDoneEvent
        ResponseReasoningTextDeltaEvent ResponseReasoningTextDoneEvent ResponseRefusalDeltaEvent
        ResponseRefusalDoneEvent ResponseShellCallCommandAddedEvent
        ResponseShellCallCommandDeltaEvent ResponseShellCallCommandDoneEvent
        ResponseShellCallOutputContentDeltaEvent ResponseShellCallOutputContentDoneEvent
        ResponseStreamEvent ResponseTextConfig ResponseTextConfigParam ResponseTextDeltaEvent
        ResponseTextDoneEvent ResponseToolSearchCall ResponseToolSearchOutputItem ResponseUsage
        ResponseWebSearchCallCompletedEvent ResponseWebSearchCallInProgressEvent
        ResponseWebSearchCallSearchingEvent ShellAction ShellOutcome ShellOutput ShellOutputDelta
        SummaryPart ToolChoiceAllowedParam ToolChoiceCustomParam ToolChoiceFunctionParam
        ToolChoiceMcpParam ToolChoiceTypesParam ToolParam ToolSearchToolParam UnknownResponseEvent
        WebSearchAction WebSearchPreviewToolParam WebSearchToolParam
    """,
    "types.responses.tool_param": """
        CodeInterpreter ImageGeneration LocalShell Mcp ProgrammaticToolCalling ToolParam
    """,
    "types.shared_params": """
        ChatModel FunctionDefinition FunctionParameters Metadata ReasoningEffort
        ResponseFormatJSONObject ResponseFormatJSONSchema ResponseFormatText
    """,
    "types.vector_stores": """
        FileContentResponse VectorStoreFile VectorStoreFileBatch VectorStoreFileDeleted
    """,
}
INTERNAL = {"cli", "families", "structured"}
"""Internal names without an underscore: the folders of the layers, and the command."""


def test_the_top_has_these_names() -> None:
    assert sorted(set(dir(streamkit)) - MODULES.keys()) == sorted(TOP.split())


@pytest.mark.parametrize("module", MODULES)
def test_a_public_module_has_these_names(module: str) -> None:
    loaded = import_module(f"streamkit.{module}")
    names: list[str] = [*getattr(loaded, "__all__", ())]
    assert sorted(names) == MODULES[module].split()
    assert all(hasattr(loaded, name) for name in names)


@pytest.mark.parametrize("module", MODULES)
def test_help_can_be_asked_of_each_of_these_names(module: str) -> None:
    loaded = import_module(f"streamkit.{module}")
    for name in MODULES[module].split():
        assert pydoc.render_doc(getattr(loaded, name))


def test_whatever_else_lies_in_the_package_is_internal() -> None:
    lying = {each.name for each in iter_modules(streamkit.__path__) if each.name[0] != "_"}
    assert lying == {module for module in MODULES if "." not in module} | INTERNAL


@pytest.mark.parametrize(
    "imported",
    ["streamkit", "streamkit.cli, streamkit.testing, streamkit.operators, streamkit._rx.push"],
)
def test_no_internal_module_is_among_the_names(imported: str) -> None:
    program = f"import {imported}; print(*dir(streamkit))"
    names = set(subprocess.check_output([sys.executable, "-c", program], text=True).split())
    assert names - MODULES.keys() == {*TOP.split()}


def test_no_name_hides_behind_another_class_of_module() -> None:
    loaded = [module for name, module in sys.modules.items() if name.startswith("streamkit")]
    assert {type(module) for module in loaded} == {type(sys)}


def test_help_fits_two_screens_and_leads_on() -> None:
    shown = pydoc.plain(pydoc.render_doc(streamkit))
    assert len(shown.splitlines()) <= 112
    words = {word.strip(".,;():`") for word in shown.split()}
    assert {*TOP.split()} - words - {"__version__"} == set()
    assert {f"streamkit.{module}" for module in MODULES if "." not in module} - words == set()
    assert streamkit.__version__ in shown


@pytest.mark.parametrize("name", [*TOP.split(), "OpenAI.with_options", "operators.decode"])
def test_whatever_help_leads_on_to_has_help(name: str) -> None:
    found: Any = pydoc.locate(f"streamkit.{name}")
    assert name in {"__version__", "NOT_GIVEN", "not_given", "omit"} or pydoc.getdoc(found)
