from __future__ import annotations

import importlib
import inspect
import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from streamkit.types import (
    ChatCompletionMessage,
    CursorPage,
    ErrorObject,
    FileObject,
    VectorStore,
    Wire,
    WireDecoder,
    construct,
)
from streamkit.types.beta.assistant_stream_event import (
    ErrorEvent,
    ThreadMessageDelta,
    ThreadRunFailed,
    UnknownStreamEvent,
    stream_event,
)
from streamkit.types.beta.threads import (
    Message,
    MessageDeltaEvent,
    RefusalContentBlock,
    Run,
    TextContentBlock,
    TextDeltaBlock,
)
from streamkit.types.beta.threads.runs import (
    CodeInterpreterToolCallDelta,
    FileSearchToolCall,
    FunctionToolCall,
    FunctionToolCallDelta,
    RunStep,
    RunStepDelta,
    ToolCallsStepDetails,
)
from streamkit.types.vector_stores import VectorStoreFile

PACKAGES = ["beta", "beta.threads", "beta.threads.runs", "vector_stores"]
MODULES = [
    *PACKAGES,
    "beta.assistant",
    "beta.assistant_stream_event",
    "beta.assistant_tool",
    "beta.thread",
    "beta.threads.annotation",
    "beta.threads.content",
    "beta.threads.content_delta",
    "beta.threads.message",
    "beta.threads.run",
    "beta.threads.runs.run_step",
    "beta.threads.runs.tool_call",
    "beta.threads.runs.tool_call_delta",
    "cursor_page",
    "file_object",
    "shared",
    "vector_store",
    "vector_stores.vector_store_file",
    "vector_stores.vector_store_file_batch",
]
PUBLIC = [
    (module, name)
    for module in PACKAGES
    for name in importlib.import_module(f"streamkit.types.{module}").__all__
]
WIRES = {
    f"{member.__module__}.{member.__name__}": member
    for module in MODULES
    for member in vars(importlib.import_module(f"streamkit.types.{module}")).values()
    if inspect.isclass(member) and issubclass(member, Wire)
}

MESSAGE = {
    "id": "msg_1",
    "object": "thread.message",
    "created_at": 1,
    "thread_id": "thread_1",
    "role": "assistant",
    "status": "completed",
    "completed_at": 2,
    "assistant_id": "asst_1",
    "run_id": "run_1",
    "metadata": {"k": "v"},
    "attachments": [{"file_id": "file_1", "tools": [{"type": "code_interpreter"}]}],
    "content": [
        {
            "type": "text",
            "text": {
                "value": "see 【1】 and sandbox:/a.csv",
                "annotations": [
                    {
                        "type": "file_citation",
                        "text": "【1】",
                        "start_index": 4,
                        "end_index": 7,
                        "file_citation": {"file_id": "file_1"},
                    },
                    {
                        "type": "file_path",
                        "text": "sandbox:/a.csv",
                        "start_index": 12,
                        "end_index": 26,
                        "file_path": {"file_id": "file_2"},
                    },
                ],
            },
        },
        {"type": "image_file", "image_file": {"file_id": "file_3", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://a/b.png"}},
        {"type": "refusal", "refusal": "no"},
    ],
}
RUN = {
    "id": "run_1",
    "object": "thread.run",
    "created_at": 1,
    "thread_id": "thread_1",
    "assistant_id": "asst_1",
    "status": "requires_action",
    "instructions": "",
    "model": "m",
    "parallel_tool_calls": False,
    "required_action": {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
            ]
        },
    },
    "last_error": {"code": "server_error", "message": "broke"},
    "incomplete_details": {"reason": "max_prompt_tokens"},
    "usage": {"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3},
    "tools": [
        {"type": "code_interpreter"},
        {"type": "file_search", "file_search": {"max_num_results": 3}},
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}},
    ],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "response_format": "auto",
    "truncation_strategy": {"type": "last_messages", "last_messages": 4},
    "temperature": 0.5,
}
STEP = {
    "id": "step_1",
    "object": "thread.run.step",
    "created_at": 1,
    "run_id": "run_1",
    "assistant_id": "asst_1",
    "thread_id": "thread_1",
    "type": "tool_calls",
    "status": "completed",
    "step_details": {
        "type": "tool_calls",
        "tool_calls": [
            {
                "id": "c1",
                "type": "code_interpreter",
                "code_interpreter": {
                    "input": "1+1",
                    "outputs": [
                        {"type": "logs", "logs": "2"},
                        {"type": "image", "image": {"file_id": "file_1"}},
                    ],
                },
            },
            {
                "id": "c2",
                "type": "file_search",
                "file_search": {
                    "ranking_options": {"ranker": "auto", "score_threshold": 0.1},
                    "results": [{"file_id": "file_1", "file_name": "a", "score": 0.9}],
                },
            },
            {
                "id": "c3",
                "type": "function",
                "function": {"name": "f", "arguments": "{}", "output": "1"},
            },
        ],
    },
}
FILE = {
    "id": "file_1",
    "object": "vector_store.file",
    "created_at": 1,
    "status": "failed",
    "usage_bytes": 9,
    "vector_store_id": "vs_1",
    "last_error": {"code": "invalid_file", "message": "no"},
    "attributes": {"a": "1", "b": 2, "c": 2.5, "d": True},
    "chunking_strategy": {
        "type": "static",
        "static": {"chunk_overlap_tokens": 1, "max_chunk_size_tokens": 2},
    },
}
STORE = {
    "id": "vs_1",
    "object": "vector_store",
    "created_at": 1,
    "name": "n",
    "status": "in_progress",
    "usage_bytes": 9,
    "expires_after": {"anchor": "last_active_at", "days": 7},
    "file_counts": {"cancelled": 0, "completed": 1, "failed": 0, "in_progress": 2, "total": 3},
}
OBJECTS = [
    (Message, MESSAGE),
    (Run, RUN),
    (RunStep, STEP),
    (VectorStoreFile, FILE),
    (VectorStore, STORE),
]


def decoded(data: object, type_: Any) -> Any:
    return WireDecoder(type_).decode(json.dumps(data))


# The names and fields of the API


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_a_type_has_the_path_and_the_fields_of_the_openai_package(module: str, name: str) -> None:
    ours = getattr(importlib.import_module(f"streamkit.types.{module}"), name)
    theirs = getattr(importlib.import_module(f"openai.types.{module}"), name)
    if inspect.isclass(theirs) and issubclass(theirs, BaseModel):
        assert theirs.model_fields.keys() - set(ours.__struct_fields__) <= {"type"}
        assert all(hasattr(ours(), field) for field in theirs.model_fields)
    else:
        assert not inspect.isclass(ours)


def test_the_other_types_are_where_the_openai_package_has_them() -> None:
    theirs = importlib.import_module("openai.types")
    ours = set(FileObject.__struct_fields__) - {"unknown_fields"}
    assert theirs.FileObject.model_fields.keys() == ours
    assert theirs.VectorStore.model_fields.keys() <= set(VectorStore.__struct_fields__)
    assert {"code", "message", "type"} <= set(ErrorObject.__struct_fields__)


# Reading and writing


@pytest.mark.parametrize("name", WIRES)
def test_everything_may_be_missing_or_null(name: str) -> None:
    type_ = WIRES[name]
    nulls = dict.fromkeys(set(type_.__struct_fields__) - {"unknown_fields"})
    assert decoded({}, type_) == decoded(nulls, type_) == type_()
    assert decoded(type_().to_dict(), type_) == type_()


@pytest.mark.parametrize(("type_", "data"), OBJECTS)
def test_an_object_is_read_and_written_as_it_came(type_: type[Wire], data: dict[str, Any]) -> None:
    for vendor in ({}, {"vendor": {"x": [None]}}):  # read strictly, and leniently
        wire = decoded({**data, **vendor}, type_)
        assert wire.to_dict() == {**data, **vendor}
        assert json.loads(wire.to_json()) == {**data, **vendor}
        assert wire.model_extra == vendor


@given(data=st.data())
def test_the_order_of_the_fields_does_not_matter(data: st.DataObject) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, list):
            return [shuffled(item) for item in cast("list[Any]", value)]
        if isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            return {key: shuffled(fields[key]) for key in data.draw(st.permutations([*fields]))}
        return value

    for type_, whole in OBJECTS:
        assert decoded(shuffled(whole), type_) == decoded(whole, type_)


def test_attributes_keep_their_kinds() -> None:
    for vendor in ({}, {"vendor": 1}):
        attributes: dict[str, object] = decoded({**FILE, **vendor}, VectorStoreFile).attributes
        kinds = {key: type(value) for key, value in attributes.items()}
        assert kinds == {"a": str, "b": int, "c": float, "d": bool}


def test_a_state_may_be_one_that_nobody_knows() -> None:
    assert decoded({**RUN, "status": "pondering"}, Run).status == "pondering"


def test_a_page_knows_the_type_of_its_items() -> None:
    for vendor in ({}, {"vendor": 1}):
        page = decoded({"data": [MESSAGE], "has_more": True, **vendor}, CursorPage[Message])
        assert page.data == [decoded(MESSAGE, Message)]
        assert page.to_dict() == {"data": [MESSAGE], "has_more": True, "object": "list", **vendor}


# Unknown and missing kinds


def test_a_block_of_unknown_kind_is_kept_whole_in_its_place() -> None:
    video = {"type": "video", "video": {"file_id": "f"}, "index": None}
    content = [
        {"type": "refusal", "refusal": "no"},
        video,
        {"type": "text", "text": {"value": "a"}},
    ]
    message = decoded({"content": content}, Message)
    first, second, third = message.content
    assert isinstance(first, RefusalContentBlock)
    assert type(second) is Wire
    assert isinstance(third, TextContentBlock)
    assert [block.type for block in message.content] == ["refusal", "video", "text"]
    assert second.model_extra == video
    assert message.to_dict()["content"][1] == {"type": "video", "video": {"file_id": "f"}}


def test_a_call_of_an_unknown_kind_does_not_pass_for_one_of_a_function() -> None:
    call = {"id": "B", "type": "other", "x": 1}
    message = construct(ChatCompletionMessage, {"tool_calls": [call]})
    assert message.to_dict()["tool_calls"] == [call]


@pytest.mark.parametrize("kind", [1, None, "", ["text"]])
def test_a_kind_that_is_no_word_spoils_nothing(kind: object) -> None:
    message = decoded({"id": "m", "content": [{"type": kind, "text": {"value": "a"}}]}, Message)
    assert message.id == "m"
    (block,) = message.content
    assert isinstance(block, Wire)


@pytest.mark.parametrize(
    ("data", "type_"),
    [
        ({"function": {"arguments": "{"}}, FunctionToolCallDelta),
        ({"index": 1, "code_interpreter": {"input": "1"}}, CodeInterpreterToolCallDelta),
        ({}, FunctionToolCallDelta),
    ],
)
def test_a_call_whose_kind_is_not_named_is_recognized_by_its_fields(
    data: dict[str, Any], type_: type[Wire]
) -> None:
    details = {"step_details": {"type": "tool_calls", "tool_calls": [data]}}
    (call,) = decoded(details, RunStepDelta).step_details.tool_calls
    assert isinstance(call, type_)


def test_a_step_whose_details_are_missing_has_no_calls() -> None:
    assert decoded({"id": "s"}, RunStep).step_details == ToolCallsStepDetails()


def test_the_kinds_of_a_step_s_calls_are_distinguished() -> None:
    calls = decoded(STEP, RunStep).step_details.tool_calls
    assert [call.type for call in calls] == ["code_interpreter", "file_search", "function"]
    assert isinstance(calls[1], FileSearchToolCall)
    assert isinstance(calls[2], FunctionToolCall)
    logs, image = calls[0].code_interpreter.outputs
    assert (logs.logs, image.image.file_id) == ("2", "file_1")


# The events of a stream


def test_every_event_of_the_openai_package_is_known_with_its_data() -> None:
    theirs = importlib.import_module("openai.types.beta.assistant_stream_event")
    for name in dir(theirs):
        event: Any = getattr(theirs, name)
        if "event" not in getattr(event, "model_fields", {}):
            continue
        (word,) = event.model_fields["event"].annotation.__args__
        read = stream_event(word, "{}")
        assert (type(read).__name__, read.event) == (name, word)
        assert type(read.data).__name__ == event.model_fields["data"].annotation.__name__


def test_a_delta_is_read_into_its_types() -> None:
    block = {"index": 0, "type": "text", "text": {"value": "Hi"}}
    data = {"id": "m", "object": "thread.message.delta", "delta": {"content": [block]}}
    for vendor in ({}, {"vendor": 1}):
        event = stream_event("thread.message.delta", json.dumps({**data, **vendor}).encode())
        assert isinstance(event, ThreadMessageDelta)
        assert isinstance(event.data, MessageDeltaEvent)
        (read,) = event.data.delta.content or []
        assert isinstance(read, TextDeltaBlock)
        assert read.text is not None
        assert read.text.value == "Hi"
        assert event.to_dict() == {
            "event": "thread.message.delta",
            "data": {**data, **vendor},
        }


def test_an_event_of_unknown_name_is_kept_with_its_data() -> None:
    said: list[tuple[bytes | str, object]] = [
        (b'{"a": [1]}', {"a": [1]}),
        ("pong", "pong"),
        (b"\xff", "\N{REPLACEMENT CHARACTER}"),
        ("3", 3),
    ]
    for data, read in said:
        event: Any = stream_event("thread.vendor.mood", data)
        assert event == UnknownStreamEvent("thread.vendor.mood", read)
        assert (event.event, event.data) == ("thread.vendor.mood", read)


@pytest.mark.parametrize("data", ["", "null", "[]", "<html>", b"\xff"])
def test_an_event_of_known_name_needs_an_object(data: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        stream_event("thread.run.failed", data)


def test_an_error_says_what_went_wrong() -> None:
    said = {"code": 500, "message": "broke", "type": "server_error"}
    event = stream_event("error", json.dumps(said))
    assert isinstance(event, ErrorEvent)
    assert event.data.to_dict() == said


def test_an_event_can_be_made_by_hand() -> None:
    event = ThreadRunFailed(Run(id="run_1"))
    assert event.event == "thread.run.failed"
    assert event.to_dict()["event"] == "thread.run.failed"
    assert ThreadRunFailed().data == Run()
