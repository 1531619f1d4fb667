"""The cost of a turn of ``run_tools``, against the loop that one writes by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.budgets import times_the_cost
from benchmarks.case import Answer, Case, Contender, Workload, cpu_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.case import Run

ASK: list[Any] = [{"role": "user", "content": "Search."}]
DECLARED: Any = {"type": "function", "function": {"name": "search", "parameters": {}}}


def search(q: str) -> str:
    """Search for a text."""
    return q


def _event(delta: dict[str, Any], reason: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return b"data: %b\n\n" % json.dumps({"id": "c", "choices": [choice]}).encode()


_FUNCTION = {"name": "search", "arguments": '{"q": "a"}'}
_CALL = {"index": 0, "id": "c0", "type": "function", "function": _FUNCTION}
_END = b"data: [DONE]\n\n"
CALLED = _event({"tool_calls": [_CALL]}, None) + _event({}, "tool_calls") + _END
ANSWERED = _event({"content": "Found."}, None) + _event({}, "stop") + _END


def _completions(turns: int) -> Any:
    """Return the chat of a client whose model calls its tool in all turns but the last."""
    import httpx

    from streamkit import OpenAI

    def respond(request: httpx.Request) -> httpx.Response:
        # Each turn before has added an answer and a result to the history.
        so_far = (len(json.loads(request.content)["messages"]) - len(ASK)) // 2
        body = CALLED if so_far < turns - 1 else ANSWERED
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=body)

    http = httpx.Client(transport=httpx.MockTransport(respond))
    client = OpenAI(api_key="k", base_url="http://127.0.0.1/v1", http_client=http)
    return client.chat.completions


def _run_tools(workload: Workload) -> Run:
    from streamkit import Tool

    tool = Tool(search)  # its schema is made once in a program
    completions, turns = _completions(workload.size), workload.size

    def run() -> Answer:
        options: dict[str, Any] = {"tools": [tool], "max_turns": turns}
        with completions.run_tools(model="m", messages=ASK, **options) as stream:
            text = stream.get_final().text
            return Answer({"text": text, "messages": len(stream.messages)})

    return run


def _by_hand(workload: Workload) -> Run:
    completions = _completions(workload.size)
    tools: dict[str, Callable[..., str]] = {"search": search}

    def run() -> Answer:
        messages = [*ASK]
        while True:
            with completions.stream(model="m", messages=messages, tools=[DECLARED]) as stream:
                message: Any = stream.get_final_completion().choices[0].message
            messages.append(message)
            calls: list[Any] = message.tool_calls or []
            for call in calls:
                output = tools[call.function.name](**json.loads(call.function.arguments))
                messages.append({"role": "tool", "tool_call_id": call.id, "content": output})
            if not calls:
                return Answer({"text": message.content, "messages": len(messages)})

    return run


CASE = Case(
    question="What does a turn cost in `run_tools`, and in a loop over `stream()` by hand?",
    unit="µs of CPU time of the reading thread per turn",
    workloads=[Workload("turns", size) for size in (2, 10, 50)],
    quick=[Workload("turns", 10)],
    contenders={
        "streamkit": Contender(_run_tools, ("streamkit-rx", "httpx")),
        "by hand": Contender(_by_hand, ("streamkit-rx", "httpx")),
    },
    answer=lambda work: {"text": "Found.", "messages": len(ASK) + 2 * work.size - 1},
    measure=cpu_seconds,
    scale=lambda work: 1e6 / work.size,
    budgets=[times_the_cost(2, "by hand")],
)
