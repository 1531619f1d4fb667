"""Quirks of servers: the bytes that they send, and the result that streamkit makes of them.

Each quirk is named after the server and its behaviour; ``SERVERS.md`` describes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from streamkit import APIError, OpenAIError, StreamDecodeError, StreamTruncatedError

__all__ = ["QUIRKS", "Quirk"]


@dataclass(frozen=True)
class Quirk:
    """The body of an answer, and the expected result."""

    body: bytes
    emitted: list[str] = field(default_factory=list[str])
    """The events besides the chunks, as ``tests.families.chat.test_servers`` writes them."""
    has: dict[str, Any] = field(default_factory=dict[str, Any])
    """The expected part of the final completion, or of the error's completion."""
    n: int = 1
    error: type[OpenAIError] | None = None
    said: str = ""
    """The expected part of the error's text."""


DONE = b"data: [DONE]\n\n"


def sends(*chunks: dict[str, Any] | bytes, end: bytes = DONE) -> bytes:
    """Return a body of chunks; bytes among them are sent as they are."""
    return b"".join(each if isinstance(each, bytes) else frame(each) for each in chunks) + end


def frame(chunk: dict[str, Any]) -> bytes:
    """Return a chunk as a server-sent event."""
    return b"data: %b\n\n" % json.dumps(chunk, ensure_ascii=False).encode()


def chunk(*choices: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a chunk without any quirk."""
    heading = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return heading | {"choices": list(choices)} | fields


def says(content: str | None, index: int = 0, finish: str | None = None) -> dict[str, Any]:
    """Return a choice with a piece of content."""
    return {"index": index, "delta": {"content": content}, "finish_reason": finish}


def delta(finish: str | None = None, index: int = 0, **fields: Any) -> dict[str, Any]:
    """Return a choice whose delta has the fields."""
    return {"index": index, "delta": fields, "finish_reason": finish}


def calls(*fragments: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """Return a choice with fragments of calls."""
    return delta(finish, tool_calls=list(fragments))


def call(arguments: str | None = None, name: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a fragment of a call; an argument that is None is left out."""
    function = {"name": name, "arguments": arguments}
    known = {key: value for key, value in function.items() if value is not None}
    return fields | ({"function": known} if known else {})


def message(**fields: Any) -> dict[str, Any]:
    """Return a completion whose only choice has this message."""
    return {"choices": [{"message": fields}]}


def made(*names: str) -> dict[str, Any]:
    """Return a completion with calls of these functions, in this order."""
    return message(tool_calls=[{"function": {"name": name}} for name in names])


STOP = chunk(delta("stop"))
HI = [chunk(says("H")), chunk(says("i"))]
EMITTED = ["0+H", "0+i", "0=Hi"]
WHOLE = message(content="Hi")
HI_THERE = sends(*HI, STOP)
NO_MORE = chunk(delta("tool_calls"))
ONE = ["0.0+", '0.0+{"a":', "0.0+1}", '0.0=f#x({"a":1})']
OPENING = calls(call("", "f", index=0, id="x", type="function"))
PROMPT_FILTER = [{"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False}}}]
FILTER = {"hate": {"filtered": False, "severity": "safe"}}
USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
ERROR = {"message": "too hot", "type": "server_error", "code": 502}

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

OPENROUTER = {
    "openrouter: comments while it is processing": Quirk(
        sends(
            b": OPENROUTER PROCESSING\n\n" * 3, HI[0], b": OPENROUTER PROCESSING\n\n", HI[1], STOP
        ),
        EMITTED,
        WHOLE,
    ),
    "openrouter: the role in every chunk": Quirk(
        sends(
            chunk(delta(role="assistant", content="H")),
            chunk(delta(role="assistant", content="i")),
            chunk(delta("stop", role="assistant", content="")),
        ),
        ["0+H", "0+i", "0+", "0=Hi"],
        message(role="assistant", content="Hi"),
    ),
    "openrouter: reasoning, and its details as a list without end": Quirk(
        sends(
            *(
                chunk(
                    delta(
                        content="",
                        reasoning=text,
                        reasoning_details=[{"type": "reasoning.text", "text": text}],
                    )
                )
                for text in ("Hm", ".")
            ),
            *HI,
            STOP,
        ),
        ["0~Hm", "0+", "0~.", "0+", "0+H", "0+i", "0~=Hm.", "0=Hi"],
        message(reasoning="Hm.", reasoning_details=[{"text": "Hm"}, {"text": "."}], content="Hi"),
    ),
    "openrouter: reasoning details that grow by index": Quirk(
        sends(
            *(
                chunk(
                    delta(
                        content="",
                        reasoning=text,
                        reasoning_details=[{"type": "reasoning.text", "index": 0, "text": text}],
                    )
                )
                for text in ("Hm", ".")
            ),
            *HI,
            STOP,
        ),
        ["0~Hm", "0+", "0~.", "0+", "0+H", "0+i", "0~=Hm.", "0=Hi"],
        message(reasoning="Hm.", reasoning_details=[{"index": 0, "text": "Hm."}], content="Hi"),
    ),
    "openrouter: an error beside the choices, which finish with it": Quirk(
        sends(HI[0], chunk(says("", finish="error"), error=ERROR)),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
}

LITELLM = {
    "litellm: no finish reason's key until the end, and no other nulls": Quirk(
        sends(
            chunk({"index": 0, "delta": {"content": "H", "role": "assistant"}}),
            chunk({"index": 0, "delta": {"content": "i"}}),
            STOP,
        ),
        EMITTED,
        WHOLE,
    ),
    "litellm: the usage comes with an empty choice": Quirk(
        sends(*HI, STOP, chunk({"index": 0, "delta": {}}, usage=USAGE)),
        EMITTED,
        WHOLE | {"usage": {"total_tokens": 7}},
    ),
    "litellm: two choices in one chunk": Quirk(
        sends(chunk(says("a"), says("b", 1)), chunk(delta("stop"), delta("stop", 1))),
        ["0+a", "1+b", "0=a", "1=b"],
        {"choices": [{"message": {"content": "a"}}, {"message": {"content": "b"}}]},
        n=2,
    ),
    "litellm: the fields of an error are the text None": Quirk(
        sends(
            HI[0], {"error": {"message": "too hot", "type": "None", "param": "None", "code": "500"}}
        ),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
}

LLAMA_CPP_PYTHON = {
    "llama-cpp-python: every fragment has id, type and name, and a twin of the old kind": Quirk(
        sends(
            *(
                chunk(
                    delta(
                        tool_calls=[call(piece, "f", index=0, id="x", type="function")],
                        function_call={"name": "f", "arguments": piece},
                    )
                )
                for piece in ("", '{"a":', "1}")
            ),
            NO_MORE,
        ),
        ONE,
        message(
            tool_calls=[{"id": "x", "function": {"name": "f", "arguments": '{"a":1}'}}],
            function_call={"name": "f", "arguments": '{"a":1}'},
        ),
    ),
    "llama-cpp-python: an exception after the headers is a body of no bytes": Quirk(
        b"", error=StreamDecodeError, said="empty"
    ),
}

OGX = {
    "ogx: no [DONE]": Quirk(sends(*HI, STOP, end=b""), EMITTED, WHOLE),
    "ogx: every field of a delta is there, and null": Quirk(
        sends(
            chunk(
                calls(
                    {
                        "index": 0,
                        "id": "x",
                        "type": "function",
                        "function": {"name": "f", "arguments": ""},
                    }
                )
                | {"logprobs": None}
            ),
            *(
                chunk(
                    delta(
                        content=None,
                        refusal=None,
                        role=None,
                        function_call=None,
                        tool_calls=[
                            {
                                "index": 0,
                                "id": None,
                                "type": None,
                                "function": {"name": None, "arguments": piece},
                            }
                        ],
                    )
                )
                for piece in ('{"a":', "1}")
            ),
            NO_MORE,
            end=b"",
        ),
        ONE,
        made("f"),
    ),
    "ogx: it fails in mid-stream, in a 200": Quirk(
        sends(HI[0], {"error": {"message": "too hot"}}, end=b""),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
}

AIMOCK = {
    "aimock: an emoji is cut between its UTF-16 halves": Quirk(
        sends(
            rb'data: {"choices":[{"index":0,"delta":{"content":"a\ud83d"}}]}' + b"\n\n",
            rb'data: {"choices":[{"index":0,"delta":{"content":"\ude80"}}]}' + b"\n\n",
            STOP,
        ),
        ["0+a", "0+\U0001f680", "0=a\U0001f680"],
        message(content="a\U0001f680"),
    ),
    "aimock: reasoning before the role": Quirk(
        sends(
            chunk(delta(reasoning_content="Hm.")),
            chunk(delta(role="assistant", content="")),
            *HI,
            STOP,
        ),
        ["0~Hm.", "0+", "0+H", "0+i", "0~=Hm.", "0=Hi"],
        message(role="assistant", reasoning_content="Hm.", content="Hi"),
    ),
}

MOCKS = {
    "mockllm: a new id on every chunk": Quirk(
        sends(HI[0] | {"id": "c1"}, HI[1] | {"id": "c2"}, STOP | {"id": "c3"}),
        EMITTED,
        WHOLE | {"id": "c3"},
    ),
    "mock-llm: role, answer and finish in one chunk, and no created": Quirk(
        sends(
            {
                "id": "c",
                "object": "chat.completion.chunk",
                "model": "m",
                "choices": [delta("stop", role="assistant", content="Hi")],
            }
        ),
        ["0+Hi", "0=Hi"],
        WHOLE | {"created": 0},
    ),
    "stubllm: no role, and the finish with the last content": Quirk(
        sends(chunk(says("H")), chunk(says("i", finish="stop"))), EMITTED, message(role="assistant")
    ),
}

CHOICES = {
    "any: choices in any order, and with gaps": Quirk(
        sends(
            chunk(says("c", 7)),
            chunk(says("a")),
            chunk(says("b", 2)),
            chunk(says("d", 7)),
            *(chunk(delta("stop", index)) for index in (2, 0, 7)),
        ),
        ["7+c", "0+a", "2+b", "7+d", "2=b", "0=a", "7=cd"],
        {"choices": [{"index": 0}, {"index": 2}, {"index": 7, "message": {"content": "cd"}}]},
        n=3,
    ),
    "any: a choice without an index": Quirk(
        sends(chunk({"delta": {"content": "Hi"}}), chunk({"delta": {}, "finish_reason": "stop"})),
        ["0+Hi", "0=Hi"],
        WHOLE,
    ),
    "any: the index of a choice is null": Quirk(
        sends(
            chunk({"index": None, "delta": {"content": "Hi"}}),
            chunk({"index": None, "delta": {}, "finish_reason": "stop"}),
        ),
        ["0+Hi", "0=Hi"],
        WHOLE,
    ),
    "any: an empty finish reason is none": Quirk(
        sends(chunk(says("H", finish="")), chunk(says("i", finish="")), STOP), EMITTED, WHOLE
    ),
    "any: an unknown finish reason": Quirk(
        sends(*HI, chunk(delta("eos"))), EMITTED, {"choices": [{"finish_reason": "eos"}]}
    ),
    "any: a finish reason in every chunk": Quirk(
        sends(*(chunk(says(piece, finish="stop")) for piece in ('{"a"', ":", "1}"))),
        ['0+{"a"', '0={"a"', "0+:", "0+1}", '0={"a":1}'],
        {"choices": [{"finish_reason": "stop", "message": {"parsed": {"a": 1}}}]},
    ),
    "any: an empty piece after the finish": Quirk(
        sends(*HI, STOP, chunk(says(""))), [*EMITTED, "0+"], WHOLE
    ),
    "any: an answer goes on after its finish": Quirk(
        sends(*HI, STOP, chunk(says("!"))), [*EMITTED, "0+!", "0=Hi!"], message(content="Hi!")
    ),
    "any: empty log probabilities, and a refusal that is null": Quirk(
        sends(chunk(delta(content="H", refusal=None) | {"logprobs": {"content": []}}), HI[1], STOP),
        EMITTED,
        WHOLE,
    ),
}

CALLS = {
    "any: interleaved calls": Quirk(
        sends(
            chunk(calls(call('{"a"', "f", index=0, id="x"))),
            chunk(calls(call('{"a"', "g", index=1, id="y"))),
            chunk(calls(call(":1}", index=0))),
            chunk(calls(call(":2}", index=1))),
            NO_MORE,
        ),
        ['0.0+{"a"', '0.1+{"a"', "0.0+:1}", '0.0=f#x({"a":1})', "0.1+:2}", '0.1=g#y({"a":2})'],
        made("f", "g"),
    ),
    "any: calls out of order, and with gaps": Quirk(
        sends(
            chunk(calls(call("{}", "g", index=5, id="y"))),
            chunk(calls(call("{}", "f", index=2, id="x"))),
            NO_MORE,
        ),
        ["0.5+{}", "0.2+{}", "0.5=g#y({})", "0.2=f#x({})"],
        made("f", "g"),
    ),
    "any: the same index twice in one chunk": Quirk(
        sends(
            chunk(calls(call('{"a":', "f", index=0, id="x", type="function"), call("1}", index=0))),
            NO_MORE,
        ),
        ['0.0+{"a":', "0.0+1}", '0.0=f#x({"a":1})'],
        made("f"),
    ),
    "any: no type": Quirk(
        sends(chunk(calls(call("{}", "f", index=0, id="x"))), NO_MORE),
        ["0.0+{}", "0.0=f#x({})"],
        message(tool_calls=[{"type": "function"}]),
    ),
    "any: the id and type come before the function": Quirk(
        sends(
            chunk(calls(call(index=0, id="x", type="function"))),
            chunk(calls(call("{}", "f", index=0))),
            NO_MORE,
        ),
        ["0.0+", "0.0+{}", "0.0=f#x({})"],
        made("f"),
    ),
    "any: fragments without index, the finish reason stop": Quirk(
        sends(
            chunk(calls(call("", "f", id="x"))),
            chunk(calls(call('{"a":'))),
            chunk(calls(call("1}"))),
            STOP,
        ),
        ONE,
        {"choices": [{"finish_reason": "stop"}]},
    ),
    "any: the arguments are null": Quirk(
        sends(
            chunk(
                delta(
                    tool_calls=[
                        {"index": 0, "id": "x", "function": {"name": "f", "arguments": None}}
                    ]
                )
            ),
            NO_MORE,
        ),
        ["0.0+", "0.0=f#x()"],
        made("f"),
    ),
    "any: a custom tool": Quirk(
        sends(
            chunk(calls({"index": 0, "id": "x", "type": "custom", "custom": {"name": "c"}})),
            chunk(calls({"index": 0, "custom": {"input": "a"}})),
            chunk(calls({"index": 0, "custom": {"input": "b"}})),
            NO_MORE,
        ),
        [],
        message(tool_calls=[{"id": "x", "type": "custom", "custom": {"name": "c", "input": "ab"}}]),
    ),
    "any: a call of the old kind": Quirk(
        sends(
            chunk(delta(function_call={"name": "f", "arguments": '{"a":'})),
            chunk(delta(function_call={"arguments": "1}"})),
            chunk(delta("function_call")),
        ),
        [],
        message(function_call={"name": "f", "arguments": '{"a":1}'}),
    ),
}

FIELDS = {
    "any: a usage, fingerprint or id that later chunks lack": Quirk(
        sends(
            chunk(says("H"), usage=USAGE, system_fingerprint="fp", service_tier="default"),
            chunk(says("i")) | {"usage": None, "id": None, "system_fingerprint": None},
            {"choices": [delta("stop")]},
        ),
        EMITTED,
        WHOLE | {"id": "c1", "usage": USAGE, "system_fingerprint": "fp", "service_tier": "default"},
    ),
    "any: citations in the last chunk": Quirk(
        sends(*HI, STOP | {"citations": ["a", "b"]}), EMITTED, WHOLE | {"citations": ["a", "b"]}
    ),
    "any: lists without indices": Quirk(
        sends(*(chunk(delta(content=text, annotations=[{"type": text}])) for text in "Hi"), STOP),
        EMITTED,
        message(annotations=[{"type": "H"}, {"type": "i"}]),
    ),
    "any: flags, counts and times in every chunk": Quirk(
        sends(*(each | {"cached": True, "at": 5, "created": 9} for each in (*HI, STOP))),
        EMITTED,
        {"cached": True, "at": 5, "created": 9},
    ),
    "any: the object is missing": Quirk(
        sends(*({"id": "c", "choices": each["choices"]} for each in (*HI, STOP))), EMITTED, WHOLE
    ),
    "any: the object is another": Quirk(
        sends(*(each | {"object": "chat.completion"} for each in (*HI, STOP))), EMITTED, WHOLE
    ),
    "any: an object that is no chunk": Quirk(
        sends(HI[0], {"type": "ping"}, {"status": "ok", "cost": 0.1}, HI[1], STOP), EMITTED, WHOLE
    ),
    "any: an error that is null": Quirk(sends(*HI, STOP | {"error": None}), EMITTED, WHOLE),
    "any: an audio answer, with no finish reason": Quirk(
        sends(
            chunk(delta(audio={"id": "a", "transcript": "H", "data": "AA"})),
            chunk(delta(audio={"transcript": "i", "data": "BB"})),
            chunk(delta(audio={"expires_at": 9})),
        ),
        [],
        message(audio={"id": "a", "transcript": "Hi", "data": "AABB", "expires_at": 9}),
    ),
}

FRAMES = {
    "any: frames of retry alone": Quirk(sends(b"retry: 3000\n\n", *HI, STOP), EMITTED, WHOLE),
    "any: frames of an id alone": Quirk(sends(HI[0], b"id: 7\n\n", HI[1], STOP), EMITTED, WHOLE),
    "any: a ping without data": Quirk(
        sends(HI[0], b"event: ping\n\n", HI[1], STOP), EMITTED, WHOLE
    ),
    "any: a ping with empty data": Quirk(
        sends(HI[0], b"event: ping\ndata:\n\n", b"data: \n\n", HI[1], STOP), EMITTED, WHOLE
    ),
    "any: a comment, an id and a retry in the frame of a chunk": Quirk(
        sends(b": hi\nid: 1\nretry: +5\n" + frame(HI[0]), HI[1], STOP), EMITTED, WHOLE
    ),
    "any: events with a name": Quirk(
        sends(*(b"event: completion.chunk\n" + frame(each) for each in (*HI, STOP))), EMITTED, WHOLE
    ),
    "any: no space after the colon": Quirk(HI_THERE.replace(b"data: ", b"data:"), EMITTED, WHOLE),
    "any: lines end in CR": Quirk(HI_THERE.replace(b"\n", b"\r"), EMITTED, WHOLE),
    "any: lines end in CRLF": Quirk(HI_THERE.replace(b"\n", b"\r\n"), EMITTED, WHOLE),
    "any: a byte order mark": Quirk(b"\xef\xbb\xbf" + HI_THERE, EMITTED, WHOLE),
    "any: separators of lines in a text": Quirk(
        sends(chunk(says("a\u2028b\u2029c\x85d")), STOP),
        ["0+a\u2028b\u2029c\x85d", "0=a\u2028b\u2029c\x85d"],
        message(content="a\u2028b\u2029c\x85d"),
    ),
    "any: a chunk over several lines of data": Quirk(
        sends(
            b"".join(
                b"data: %b\n" % line for line in json.dumps(HI[0], indent=1).encode().splitlines()
            )
            + b"\n",
            HI[1],
            STOP,
        ),
        EMITTED,
        WHOLE,
    ),
    "any: space around [DONE]": Quirk(sends(*HI, STOP, end=b"data:  [DONE] \n\n"), EMITTED, WHOLE),
    "any: chunks after [DONE]": Quirk(
        sends(*HI, STOP, DONE, chunk(says("!")), end=b""), EMITTED, WHOLE
    ),
}

ENDS = {
    "any: the stream is cut": Quirk(
        sends(*HI, end=b""),
        EMITTED[:2],
        WHOLE,
        error=StreamTruncatedError,
        said="0 of 1 choices",
    ),
    "any: the stream is cut in a character": Quirk(
        sends(*HI, end='data: {"choices":[{"delta":{"content":"\u00e9'.encode()[:-1]),
        EMITTED[:2],
        WHOLE,
        error=StreamTruncatedError,
    ),
    "any: the stream is cut between a choice and the next": Quirk(
        sends(chunk(says("a", finish="stop")), end=b""),
        ["0+a", "0=a"],
        message(content="a"),
        n=2,
        error=StreamTruncatedError,
        said="1 of 2 choices",
    ),
    "any: an error as a text": Quirk(
        sends(HI[0], {"error": "too hot"}),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
    "any: an error event with its message on top": Quirk(
        sends(HI[0], b'event: error\ndata: {"message": "too hot"}\n\n'),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
    "any: an error event with bare text": Quirk(
        sends(HI[0], b"event: error\ndata: too hot\n\n"),
        ["0+H"],
        message(content="H"),
        error=APIError,
        said="too hot",
    ),
    "any: a web page with the status 200": Quirk(
        b"<html>Bad gateway</html>", error=StreamDecodeError, said="<html>Bad gateway</html>"
    ),
    "any: an error as JSON with the status 200": Quirk(
        b'{"error": {"message": "too hot"}}', error=APIError, said="too hot"
    ),
    "any: data that are no JSON": Quirk(
        sends(HI[0], b"data: {nope}\n\n"),
        ["0+H"],
        message(content="H"),
        error=StreamDecodeError,
        said="{nope}",
    ),
    "any: data that are no object": Quirk(
        sends(HI[0], b"data: 5\n\n"),
        ["0+H"],
        message(content="H"),
        error=StreamDecodeError,
        said="5",
    ),
    "any: bytes that are no UTF-8": Quirk(
        sends(HI[0], b'data: {"id": "\xff"}\n\n'),
        ["0+H"],
        message(content="H"),
        error=StreamDecodeError,
        said="no JSON",
    ),
}

QUIRKS: dict[str, Quirk] = {
    **AZURE,
    **OLLAMA,
    **VLLM,
    **LLAMA_CPP,
    **GEMINI,
    **GLM,
    **OPENROUTER,
    **LITELLM,
    **LLAMA_CPP_PYTHON,
    **OGX,
    **AIMOCK,
    **MOCKS,
    **CHOICES,
    **CALLS,
    **FIELDS,
    **FRAMES,
    **ENDS,
}
