"""The types that mypy and pyright infer of assistants, files and vector stores; it never runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

from streamkit.types import FileDeleted, FileObject, VectorStore, VectorStoreSearchResponse
from streamkit.types.beta import Thread
from streamkit.types.beta.assistant_stream_event import ThreadMessageDelta, ThreadRunCompleted
from streamkit.types.beta.threads import (
    ImageFileContentBlock,
    Message,
    MessageDelta,
    Run,
    Text,
    TextContentBlock,
)
from streamkit.types.beta.threads.runs import (
    CodeInterpreterToolCall,
    FunctionToolCall,
    RunStep,
    ToolCallsStepDetails,
)
from streamkit.types.vector_stores import VectorStoreFile, VectorStoreFileBatch

if TYPE_CHECKING:
    from pathlib import Path

    from streamkit import AsyncOpenAI, OpenAI
    from streamkit.families._resource._async.pages import AsyncCursorPage
    from streamkit.families._resource._sync.pages import SyncCursorPage
    from streamkit.families.files._sync.vector_stores import VectorStores
    from streamkit.families.files.binary_content import BinaryContent
    from streamkit.types.beta import AssistantStreamEvent
    from streamkit.types.beta.threads.runs import ToolCall


def a_call_knows_its_answer(client: OpenAI, path: Path) -> None:
    assert_type(client.beta.threads.create(), Thread)
    assert_type(client.beta.threads.create_and_run(assistant_id="A"), Run)
    assert_type(client.beta.threads.runs.retrieve("R", thread_id="T"), Run)
    assert_type(client.beta.threads.runs.steps.retrieve("S", run_id="R", thread_id="T"), RunStep)
    assert_type(client.files.create(file=path, purpose="assistants"), FileObject)
    assert_type(client.files.create(file=("a", b"b", "c/d"), purpose="assistants"), FileObject)
    assert_type(client.files.delete("F"), FileDeleted)
    assert_type(client.files.content("F"), BinaryContent)
    assert_type(client.vector_stores, VectorStores)
    assert_type(client.beta.vector_stores.create(name="n"), VectorStore)
    assert_type(client.vector_stores.files.create("V", file_id="F"), VectorStoreFile)
    assert_type(client.vector_stores.file_batches.create("V", file_ids=["F"]), VectorStoreFileBatch)
    found = client.vector_stores.search("V", query="q")
    assert_type(found, SyncCursorPage[VectorStoreSearchResponse])


async def the_async_client_knows_the_same(client: AsyncOpenAI, path: Path) -> None:
    assert_type(await client.beta.threads.create(), Thread)
    assert_type(await client.beta.threads.runs.create("T", assistant_id="A"), Run)
    assert_type(await client.files.create(file=path, purpose="assistants"), FileObject)
    assert_type(await client.files.content("F"), BinaryContent)
    assert_type(await client.vector_stores.retrieve("V"), VectorStore)


def a_list_knows_its_items(client: OpenAI) -> None:
    messages = client.beta.threads.messages.list("T")
    assert_type(messages, SyncCursorPage[Message])
    assert_type(messages.data, list[Message])
    for message in messages:
        assert_type(message, Message)


async def an_async_list_is_awaited_or_iterated(client: AsyncOpenAI) -> None:
    assert_type(await client.beta.threads.messages.list("T"), AsyncCursorPage[Message])
    async for message in client.beta.threads.messages.list("T"):
        assert_type(message, Message)
    page = await client.files.list()
    async for file in page:
        assert_type(file, FileObject)


def a_kind_is_narrowed_by_its_name(message: Message, call: ToolCall, step: RunStep) -> None:
    block = message.content[0]
    if block.type == "text":
        assert_type(block, TextContentBlock)
        assert_type(block.text, Text)
    elif block.type == "image_file":
        assert_type(block, ImageFileContentBlock)
    if call.type == "code_interpreter":
        assert_type(call, CodeInterpreterToolCall)
    elif call.type == "function":
        assert_type(call, FunctionToolCall)
        assert_type(call.function.output, str | None)
    if step.step_details.type == "tool_calls":
        assert_type(step.step_details, ToolCallsStepDetails)


def an_event_is_narrowed_by_its_name(event: AssistantStreamEvent) -> None:
    if event.event == "thread.message.delta":
        assert_type(event, ThreadMessageDelta)
        assert_type(event.data.delta, MessageDelta)
    elif event.event == "thread.run.completed":
        assert_type(event, ThreadRunCompleted)
        assert_type(event.data, Run)
