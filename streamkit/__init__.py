"""Reactive processing of the event streams of language-model APIs.

    from streamkit import OpenAI

    with OpenAI().chat.completions.stream(model="gpt-4o", messages=[...]) as stream:
        for event in stream:
            if event.type == "content.delta":
                print(event.delta, end="")

Clients: OpenAI and AsyncOpenAI have chat.completions, responses, beta.threads, beta.assistants,
    files, vector_stores and models; Anthropic and AsyncAnthropic have messages. Their options take
    a Timeout, Limits, and NOT_GIVEN (a NotGiven; omit and not_given, an Omit, are the same), and an
    HTTP client: a DefaultHttpxClient, DefaultAsyncHttpxClient, DefaultHttpx2Client,
    DefaultAsyncHttpx2Client or DefaultAioHttpClient, or many_streams_client() for thousands.
Streams: the clients return a ChatCompletionStream, ResponseStream, MessageStream, AssistantStream,
    ToolStream or Stream; in async programs an AsyncChatCompletionStream, AsyncResponseStream,
    AsyncMessageStream, AsyncAssistantStream, AsyncToolStream or AsyncStream. iterate makes a loop
    of any observable, and race lets several answers compete. map sends many requests: MapResults or
    AsyncMapResults yield each MapResult, and have a MapProgress. AssistantEventHandler and
    AsyncAssistantEventHandler follow a run by callbacks. A Hub passes one stream on to many threads
    and tasks. UploadProgress reports the progress of a file's upload. get_final() of a stream
    returns a Final, with its Usage and each FinalToolCall, for any protocol.
Sources: read and aread make the same streams of any iterable, file or response. from_openai and
    from_anthropic put them over a client of that package, whose authentication and hooks then act.
Structured outputs: pydantic_function_tool makes a tool of a model, as pydantic_message_tool and
    pydantic_responses_function_tool do. A Tool is a function that run_tools calls for the model.
    PartialObject and PartialArray are views of JSON that is still arriving; json_default lets
    json.dumps write them. ThinkTags separate reasoning from the answer in a content.
Errors: each is a StreamkitError (or OpenAIError, AnthropicError); partial is the answer so far.
    Of the API: APIError, APIConnectionError, APITimeoutError, APIStatusError, BadRequestError,
        AuthenticationError, PaymentRequiredError, PermissionDeniedError, NotFoundError,
        RequestTimeoutError, ConflictError, PreconditionFailedError, ContentTooLargeError,
        UnprocessableEntityError, RateLimitError, RequestHeaderFieldsTooLargeError,
        ClientClosedRequestError, InternalServerError, HTTPNotImplementedError,
        ServiceUnavailableError, GatewayTimeoutError, OverloadedError, APIResponseValidationError;
        RequestTooLargeError and DeadlineExceededError are older names. Those that Anthropic's API
        gives a code are also a RampLimitExceededError, CMEKKeyDisabledError and so on.
    Of a stream: StreamTruncatedError, StreamDecodeError, LimitExceededError, StreamTimeoutError,
        StreamClosedError, SlowConsumerError, TextWithheldError.
    Of an answer: ParseError, LengthFinishReasonError, ContentFilterFinishReasonError; of a request
        SchemaError and PollTimeoutError; of a conversation with tools TurnLimitError; of a client
        CredentialsError. A program may raise a RetryableError itself.

Each name has its own help, as help("streamkit.OpenAI.with_options"); so have the public modules:
    streamkit.operators   the operators of pipelines: decode, accumulate, retry_stream, ...
    streamkit.events      the events of streams, as classes
    streamkit.types       the objects that the API sends, as classes
    streamkit.errors      the errors and their attributes
    streamkit.client      the clients and their options
    streamkit.limits      the limits on the data that a server sends
    streamkit.hub         the Hub and its consumers
    streamkit.polling     polling of anything
    streamkit.eventlog    logs of streams, to join late and to resume
    streamkit.relay       streams passed on to browsers and other programs
    streamkit.proxy       a relay before any API, as an application (the extra `server`)
    streamkit.machine     the base class of custom operators
    streamkit.recording   exchanges as they came, kept in a file and played again
    streamkit.inspector   a page in the browser that shows streams
    streamkit.bulk        pipelines over many recordings, in several processes
    streamkit.server      a server for tests (the extra `server`)
    streamkit.sources     streams of other clients, and of anything that yields one
    streamkit.telemetry   spans and metrics of OpenTelemetry (the extra `otel`)
    streamkit.testing     fixtures of pytest with that server, and virtual time
"""

# There is no `__all__`: with one, `help` would print the help of every class. The names that are
# imported as themselves are public; a test has the list of them. So `from streamkit import *` binds
# those, and not the ones that are imported on first use: a program names what it imports.

from __future__ import annotations

from types import ModuleType as _ModuleType
from typing import TYPE_CHECKING

from streamkit._core.json.view import PartialArray as PartialArray
from streamkit._core.json.view import PartialObject as PartialObject
from streamkit._core.serialization import json_default as json_default
from streamkit._core.tags import ThinkTags as ThinkTags
from streamkit._http.config import Timeout as Timeout
from streamkit._version import __version__ as __version__
from streamkit.client import OpenAI as OpenAI
from streamkit.errors import AnthropicError as AnthropicError
from streamkit.errors import APIConnectionError as APIConnectionError
from streamkit.errors import APIError as APIError
from streamkit.errors import APIResponseValidationError as APIResponseValidationError
from streamkit.errors import APIStatusError as APIStatusError
from streamkit.errors import APITimeoutError as APITimeoutError
from streamkit.errors import AuthenticationError as AuthenticationError
from streamkit.errors import BadRequestError as BadRequestError
from streamkit.errors import ClientClosedRequestError as ClientClosedRequestError
from streamkit.errors import ConflictError as ConflictError
from streamkit.errors import ContentFilterFinishReasonError as ContentFilterFinishReasonError
from streamkit.errors import ContentTooLargeError as ContentTooLargeError
from streamkit.errors import CredentialsError as CredentialsError
from streamkit.errors import DeadlineExceededError as DeadlineExceededError
from streamkit.errors import GatewayTimeoutError as GatewayTimeoutError
from streamkit.errors import HTTPNotImplementedError as HTTPNotImplementedError
from streamkit.errors import InternalServerError as InternalServerError
from streamkit.errors import LengthFinishReasonError as LengthFinishReasonError
from streamkit.errors import LimitExceededError as LimitExceededError
from streamkit.errors import NotFoundError as NotFoundError
from streamkit.errors import OpenAIError as OpenAIError
from streamkit.errors import OverloadedError as OverloadedError
from streamkit.errors import ParseError as ParseError
from streamkit.errors import PaymentRequiredError as PaymentRequiredError
from streamkit.errors import PermissionDeniedError as PermissionDeniedError
from streamkit.errors import PollTimeoutError as PollTimeoutError
from streamkit.errors import PreconditionFailedError as PreconditionFailedError
from streamkit.errors import RateLimitError as RateLimitError
from streamkit.errors import RequestHeaderFieldsTooLargeError as RequestHeaderFieldsTooLargeError
from streamkit.errors import RequestTimeoutError as RequestTimeoutError
from streamkit.errors import RequestTooLargeError as RequestTooLargeError
from streamkit.errors import RetryableError as RetryableError
from streamkit.errors import SchemaError as SchemaError
from streamkit.errors import ServiceUnavailableError as ServiceUnavailableError
from streamkit.errors import SlowConsumerError as SlowConsumerError
from streamkit.errors import StreamClosedError as StreamClosedError
from streamkit.errors import StreamDecodeError as StreamDecodeError
from streamkit.errors import StreamkitError as StreamkitError
from streamkit.errors import StreamTimeoutError as StreamTimeoutError
from streamkit.errors import StreamTruncatedError as StreamTruncatedError
from streamkit.errors import TextWithheldError as TextWithheldError
from streamkit.errors import TurnLimitError as TurnLimitError
from streamkit.errors import UnprocessableEntityError as UnprocessableEntityError
from streamkit.families._common.final import Final as Final
from streamkit.families._common.final import FinalToolCall as FinalToolCall
from streamkit.families._common.final import Usage as Usage
from streamkit.families._resource._sync.stream import Stream as Stream
from streamkit.families._resource.params import NOT_GIVEN as NOT_GIVEN
from streamkit.families._resource.params import NotGiven as NotGiven
from streamkit.families._resource.params import Omit as Omit
from streamkit.families._resource.params import not_given as not_given
from streamkit.families._resource.params import omit as omit
from streamkit.families.chat._sync.stream import ChatCompletionStream as ChatCompletionStream
from streamkit.limits import Limits as Limits
from streamkit.structured.tools import pydantic_function_tool as pydantic_function_tool
from streamkit.structured.tools import (
    pydantic_responses_function_tool as pydantic_responses_function_tool,
)

if TYPE_CHECKING:
    from streamkit._http.default_aiohttp import DefaultAioHttpClient as DefaultAioHttpClient
    from streamkit._http.default_httpx import DefaultAsyncHttpxClient as DefaultAsyncHttpxClient
    from streamkit._http.default_httpx import DefaultHttpxClient as DefaultHttpxClient
    from streamkit._http.default_httpx2 import DefaultAsyncHttpx2Client as DefaultAsyncHttpx2Client
    from streamkit._http.default_httpx2 import DefaultHttpx2Client as DefaultHttpx2Client
    from streamkit._http.many_streams import many_streams_client as many_streams_client
    from streamkit._rx.iteration import iterate as iterate
    from streamkit.client import Anthropic as Anthropic
    from streamkit.client import AsyncAnthropic as AsyncAnthropic
    from streamkit.client import AsyncOpenAI as AsyncOpenAI
    from streamkit.errors._by_code import (
        ClaudeCodeKeyCreatorNotMemberError as ClaudeCodeKeyCreatorNotMemberError,
    )
    from streamkit.errors._by_code import (
        ClaudeCodeVersionTooOldError as ClaudeCodeVersionTooOldError,
    )
    from streamkit.errors._by_code import CMEKContextUnavailableError as CMEKContextUnavailableError
    from streamkit.errors._by_code import CMEKKeyDisabledError as CMEKKeyDisabledError
    from streamkit.errors._by_code import CMEKKeyNetworkBlockedError as CMEKKeyNetworkBlockedError
    from streamkit.errors._by_code import CMEKKeyUnreachableError as CMEKKeyUnreachableError
    from streamkit.errors._by_code import (
        ContractSpendLimitReachedError as ContractSpendLimitReachedError,
    )
    from streamkit.errors._by_code import (
        EnforcedSpendLimitReachedError as EnforcedSpendLimitReachedError,
    )
    from streamkit.errors._by_code import (
        LinkedOrganizationBillingUnavailableError as LinkedOrganizationBillingUnavailableError,
    )
    from streamkit.errors._by_code import (
        LinkedOrganizationSpendLimitReachedError as LinkedOrganizationSpendLimitReachedError,
    )
    from streamkit.errors._by_code import OrganizationOnHoldError as OrganizationOnHoldError
    from streamkit.errors._by_code import (
        OrganizationTypeNotSupportedError as OrganizationTypeNotSupportedError,
    )
    from streamkit.errors._by_code import (
        ParentOrganizationRequiredError as ParentOrganizationRequiredError,
    )
    from streamkit.errors._by_code import RampLimitExceededError as RampLimitExceededError
    from streamkit.errors._by_code import (
        RequestBodyEncodingInvalidError as RequestBodyEncodingInvalidError,
    )
    from streamkit.errors._by_code import (
        RequestBodyEncodingUnsupportedError as RequestBodyEncodingUnsupportedError,
    )
    from streamkit.errors._by_code import (
        RequestBodyTooLargeAfterDecodingError as RequestBodyTooLargeAfterDecodingError,
    )
    from streamkit.errors._by_code import (
        SandboxEgressRestrictedError as SandboxEgressRestrictedError,
    )
    from streamkit.errors._by_code import (
        WorkspaceHumanReviewDisabledError as WorkspaceHumanReviewDisabledError,
    )
    from streamkit.errors._of_packages import APIWebhookValidationError as APIWebhookValidationError
    from streamkit.errors._of_packages import IdentityTokenFileError as IdentityTokenFileError
    from streamkit.errors._of_packages import (
        InvalidWebhookSignatureError as InvalidWebhookSignatureError,
    )
    from streamkit.errors._of_packages import OAuthError as OAuthError
    from streamkit.errors._of_packages import (
        WebSocketConnectionClosedError as WebSocketConnectionClosedError,
    )
    from streamkit.errors._of_packages import WebSocketQueueFullError as WebSocketQueueFullError
    from streamkit.families._common.map_result import MapProgress as MapProgress
    from streamkit.families._common.map_result import MapResult as MapResult
    from streamkit.families._common.race import race as race
    from streamkit.families._resource._async.map_results import AsyncMapResults as AsyncMapResults
    from streamkit.families._resource._async.stream import AsyncStream as AsyncStream
    from streamkit.families._resource._async.tool_stream import AsyncToolStream as AsyncToolStream
    from streamkit.families._resource._sync.map_results import MapResults as MapResults
    from streamkit.families._resource._sync.tool_stream import ToolStream as ToolStream
    from streamkit.families.assistants._async.handler import (
        AsyncAssistantEventHandler as AsyncAssistantEventHandler,
    )
    from streamkit.families.assistants._async.stream import (
        AsyncAssistantStream as AsyncAssistantStream,
    )
    from streamkit.families.assistants._sync.handler import (
        AssistantEventHandler as AssistantEventHandler,
    )
    from streamkit.families.assistants._sync.stream import AssistantStream as AssistantStream
    from streamkit.families.chat._async.stream import (
        AsyncChatCompletionStream as AsyncChatCompletionStream,
    )
    from streamkit.families.files.batch_upload import UploadProgress as UploadProgress
    from streamkit.families.messages._async.stream import AsyncMessageStream as AsyncMessageStream
    from streamkit.families.messages._sync.stream import MessageStream as MessageStream
    from streamkit.families.responses._async.stream import (
        AsyncResponseStream as AsyncResponseStream,
    )
    from streamkit.families.responses._sync.stream import ResponseStream as ResponseStream
    from streamkit.hub.hub import Hub as Hub
    from streamkit.sources import aread as aread
    from streamkit.sources import from_anthropic as from_anthropic
    from streamkit.sources import from_openai as from_openai
    from streamkit.sources import read as read
    from streamkit.structured.message_format import pydantic_message_tool as pydantic_message_tool
    from streamkit.structured.tool import Tool as Tool

_IMPORTED_WHEN_ASKED_FOR = {
    "Anthropic": "streamkit.client",
    "AssistantEventHandler": "streamkit.families.assistants._sync.handler",
    "AssistantStream": "streamkit.families.assistants._sync.stream",
    "AsyncAnthropic": "streamkit.client",
    "AsyncAssistantEventHandler": "streamkit.families.assistants._async.handler",
    "AsyncAssistantStream": "streamkit.families.assistants._async.stream",
    "AsyncChatCompletionStream": "streamkit.families.chat._async.stream",
    "AsyncMapResults": "streamkit.families._resource._async.map_results",
    "AsyncMessageStream": "streamkit.families.messages._async.stream",
    "AsyncOpenAI": "streamkit.client",
    "AsyncResponseStream": "streamkit.families.responses._async.stream",
    "AsyncToolStream": "streamkit.families._resource._async.tool_stream",
    "AsyncStream": "streamkit.families._resource._async.stream",
    "DefaultAioHttpClient": "streamkit._http.default_aiohttp",
    "DefaultAsyncHttpx2Client": "streamkit._http.default_httpx2",
    "DefaultAsyncHttpxClient": "streamkit._http.default_httpx",
    "DefaultHttpx2Client": "streamkit._http.default_httpx2",
    "DefaultHttpxClient": "streamkit._http.default_httpx",
    "Hub": "streamkit.hub.hub",
    "MapProgress": "streamkit.families._common.map_result",
    "MapResult": "streamkit.families._common.map_result",
    "MapResults": "streamkit.families._resource._sync.map_results",
    "MessageStream": "streamkit.families.messages._sync.stream",
    "ResponseStream": "streamkit.families.responses._sync.stream",
    "Tool": "streamkit.structured.tool",
    "ToolStream": "streamkit.families._resource._sync.tool_stream",
    "UploadProgress": "streamkit.families.files.batch_upload",
    "aread": "streamkit.sources",
    "from_anthropic": "streamkit.sources",
    "from_openai": "streamkit.sources",
    "iterate": "streamkit._rx.iteration",
    "many_streams_client": "streamkit._http.many_streams",
    "race": "streamkit.families._common.race",
    "pydantic_message_tool": "streamkit.structured.message_format",
    "read": "streamkit.sources",
}
"""The modules of the names that are imported on first use, to keep ``import streamkit`` fast.

A blocking program that only chats needs none of them. Importing asyncio takes a third of the time
of all of this; reactivex, with a class that the handlers derive from, takes longer.
"""

_ERRORS_OF_PACKAGES = {
    "streamkit.errors._by_code": """
    CMEKContextUnavailableError CMEKKeyDisabledError CMEKKeyNetworkBlockedError
    CMEKKeyUnreachableError ClaudeCodeKeyCreatorNotMemberError ClaudeCodeVersionTooOldError
    ContractSpendLimitReachedError EnforcedSpendLimitReachedError
    LinkedOrganizationBillingUnavailableError LinkedOrganizationSpendLimitReachedError
    OrganizationOnHoldError OrganizationTypeNotSupportedError ParentOrganizationRequiredError
    RampLimitExceededError RequestBodyEncodingInvalidError RequestBodyEncodingUnsupportedError
    RequestBodyTooLargeAfterDecodingError SandboxEgressRestrictedError
    WorkspaceHumanReviewDisabledError
    """,
    "streamkit.errors._of_packages": """
    APIWebhookValidationError IdentityTokenFileError InvalidWebhookSignatureError OAuthError
    WebSocketConnectionClosedError WebSocketQueueFullError
    """,
}
"""The modules of errors that programs for the packages import, and that few others look for.

They are neither in ``dir`` nor in the help of this module.
"""

if not TYPE_CHECKING:  # `__getattr__` would make type checkers accept any name

    def __getattr__(name: str) -> object:
        from importlib import import_module

        module = _IMPORTED_WHEN_ASKED_FOR.get(name)
        if module is not None:
            value = globals()[name] = getattr(import_module(module), name)
            return value
        for module, names in _ERRORS_OF_PACKAGES.items():
            if name in names.split():
                return getattr(import_module(module), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


_PUBLIC_MODULES = {
    *("client", "errors", "events", "hub", "limits", "machine", "operators", "polling"),
    *("recording", "server", "sources", "telemetry", "testing", "types"),
}


def __dir__() -> list[str]:
    bound = {name for name in globals() if _is_public(name)}
    return sorted({"__version__", *bound, *_IMPORTED_WHEN_ASKED_FOR})


def _is_public(name: str) -> bool:
    if isinstance(globals()[name], _ModuleType):
        return name in _PUBLIC_MODULES
    return not name.startswith("_") and name not in {"TYPE_CHECKING", "annotations"}
