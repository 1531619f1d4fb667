"""Quirks of single servers."""

from __future__ import annotations

from streamkit import APIError
from tests.server_quirks.quirk import (
    EMITTED,
    FILTER,
    HI,
    NO_MORE,
    ONE,
    OPENING,
    PROMPT_FILTER,
    STOP,
    USAGE,
    WHOLE,
    Quirk,
    call,
    calls,
    chunk,
    delta,
    made,
    message,
    says,
    sends,
)

AZURE = {
    "azure: the prompt's filter comes first, without choices, id and model": Quirk(
        sends(
            chunk(id="", object="", created=0, model="", prompt_filter_results=PROMPT_FILTER),
            *HI,
            STOP,
        ),
        EMITTED,
        WHOLE | {"id": "c1", "model": "m", "prompt_filter_results": PROMPT_FILTER},
    ),
    "azure: the asynchronous filter's chunks have no delta and an empty object": Quirk(
        sends(
            *HI,
            STOP,
            chunk(
                {"index": 0, "finish_reason": None, "content_filter_results": FILTER},
                id="",
                object="",
                model="",
            ),
        ),
        EMITTED,
        {"choices": [{"message": {"content": "Hi"}, "content_filter_results": FILTER}]},
    ),
    "azure: a delta is null": Quirk(
        sends(HI[0], chunk({"index": 0, "delta": None}), HI[1], STOP), EMITTED, WHOLE
    ),
    "azure: choices are null": Quirk(
        sends(HI[0], chunk() | {"choices": None}, HI[1], STOP), EMITTED, WHOLE
    ),
    "azure: a chunk has no choices at all": Quirk(
        sends(HI[0], {"id": "c1", "model": "m"}, HI[1], STOP), EMITTED, WHOLE
    ),
}

OLLAMA = {
    "ollama: [DONE] and no finish reason": Quirk(sends(*HI), EMITTED, WHOLE),
    "ollama: whole calls on index 0, each with an id of its own": Quirk(
        sends(
            chunk(calls(call("{}", "f", index=0, id="x"))),
            chunk(calls(call("{}", "g", index=0, id="y"))),
            NO_MORE,
        ),
        ["0.0+{}", "0.1+{}", "0.0=f#x({})", "0.1=g#y({})"],
        made("f", "g"),
    ),
    "ollama: a call without an index": Quirk(
        sends(chunk(calls(call('{"a":1}', "f", id="x", type="function"))), NO_MORE),
        ['0.0+{"a":1}', '0.0=f#x({"a":1})'],
        made("f"),
    ),
}

VLLM = {
    "vllm: fragments of a call without index and type": Quirk(
        sends(
            chunk(calls(call("", "f", id="x"))),
            chunk(calls(call('{"a":'))),
            chunk(calls(call("1}"))),
            NO_MORE,
        ),
        ONE,
        made("f"),
    ),
    "vllm: the index of a fragment is null": Quirk(
        sends(
            chunk(calls(call("", "f", id="x", index=None))),
            chunk(calls(call('{"a":', index=None))),
            chunk(calls(call("1}", index=None))),
            NO_MORE,
        ),
        ONE,
        made("f"),
    ),
    "vllm: usage in every chunk": Quirk(
        sends(
            *(each | {"usage": USAGE | {"total_tokens": at}} for at, each in enumerate(HI, 4)),
            STOP | {"usage": USAGE},
        ),
        EMITTED,
        WHOLE | {"usage": {"total_tokens": 7}},
    ),
    "vllm: reasoning and fields of its own": Quirk(
        sends(
            chunk(delta(reasoning_content="Hm."), prompt_token_ids=None),
            *HI,
            chunk(delta("stop", content="") | {"stop_reason": 2, "token_ids": [1]}),
        ),
        ["0~Hm.", "0+H", "0+i", "0+", "0~=Hm.", "0=Hi"],
        {"choices": [{"message": {"content": "Hi", "reasoning_content": "Hm."}, "stop_reason": 2}]},
    ),
}

LLAMA_CPP = {
    "llama.cpp: choice 1 comes first": Quirk(
        sends(
            chunk(delta(index=1, role="assistant", content=None)),
            chunk(delta(role="assistant", content=None)),
            chunk(says("b", 1)),
            chunk(says("a")),
            chunk(delta("stop", 1)),
            chunk(delta("stop")),
        ),
        ["1+b", "0+a", "1=b", "0=a"],
        {"choices": [{"index": 0, "message": {"content": "a"}}, {"index": 1}]},
        n=2,
    ),
    "llama.cpp: usage for each choice, the first in mid-stream": Quirk(
        sends(
            chunk(says("a", finish="stop")),
            chunk(usage=USAGE | {"total_tokens": 5}),
            chunk(says("b", 1, "stop")),
            chunk(usage=USAGE),
        ),
        ["0+a", "0=a", "1+b", "1=b"],
        {"usage": {"total_tokens": 7}},
        n=2,
    ),
    "llama.cpp: an empty delta and timings at the finish": Quirk(
        sends(*HI, chunk(delta("stop"), timings={"predicted_ms": 4.5})),
        EMITTED,
        WHOLE | {"timings": {"predicted_ms": 4.5}},
    ),
    "llama.cpp: the first fragment of a call opens its arguments, others are cut in keys": Quirk(
        sends(
            chunk(calls(call("{", "f", index=0, id="qX", type="function"))),
            chunk(calls(call('"ke', index=0))),
            chunk(calls(call('y":1}', index=0))),
            NO_MORE,
        ),
        ["0.0+{", '0.0+"ke', '0.0+y":1}', '0.0=f#qX({"key":1})'],
        made("f"),
    ),
    "llama.cpp: a bare colon keeps the connection": Quirk(
        sends(b":\n\n", HI[0], b":\n\n:\n\n", HI[1], STOP), EMITTED, WHOLE
    ),
    "llama.cpp: an error with an integer code": Quirk(
        sends(HI[0], {"error": {"code": 500, "message": "too hot", "type": "server_error"}}),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
}

GEMINI = {
    "gemini: whole calls without indices in the finishing chunk": Quirk(
        sends(
            chunk(
                calls(
                    call('{"a":1}', "f", id="x", type="function"),
                    call('{"a":2}', "f", id="y", type="function"),
                    finish="tool_calls",
                )
            )
        ),
        ['0.0+{"a":1}', '0.1+{"a":2}', '0.0=f#x({"a":1})', '0.1=f#y({"a":2})'],
        made("f", "f"),
    ),
    "gemini: calls with an empty id": Quirk(
        sends(chunk(calls(call("{}", "f", id=""), call("{}", "g", id=""))), NO_MORE),
        ["0.0+{}", "0.1+{}", "0.0=f#({})", "0.1=g#({})"],
        made("f", "g"),
    ),
}

GLM = {
    "glm: a call, begun before, ends in the finishing chunk": Quirk(
        sends(
            chunk(OPENING),
            chunk(calls(call('{"a":', index=0))),
            chunk(calls(call("1}", index=0), finish="tool_calls")),
        ),
        ONE,
        made("f"),
    ),
    "glm: reasoning beside an empty content": Quirk(
        sends(chunk(delta(role="assistant", content="", reasoning_content="Hm.")), *HI, STOP),
        ["0~Hm.", "0+", "0+H", "0+i", "0~=Hm.", "0=Hi"],
        message(content="Hi", reasoning_content="Hm."),
    ),
}
