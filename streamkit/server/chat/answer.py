"""The making of answers: text, JSON, tool calls or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from streamkit.server.chat.request import (
    ChatRequest,
    CustomTool,
    FunctionTool,
    ObjectFormat,
    SchemaFormat,
    prompt_of,
)
from streamkit.server.chat.tool_choice import tools_to_call
from streamkit.server.identity import identifier
from streamkit.server.marks import FILTER, REFUSE, marks_in
from streamkit.server.sampling import prose
from streamkit.server.schemas import compact, json_text

if TYPE_CHECKING:
    from random import Random

    from streamkit.server.chat.request import Format, Function
    from streamkit.server.identity import Identity
    from streamkit.server.sampling.budget import Budget

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a tool."""

    id: str
    name: str
    text: str
    """The arguments of a function, or the input of a custom tool."""
    custom: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One complete choice."""

    index: int
    content: str | None = None
    refusal: str | None = None
    calls: tuple[Call, ...] = ()
    finish_reason: FinishReason = "stop"


def answers(
    request: ChatRequest, identity: Identity, *, token_size: int, budget: Budget
) -> list[Answer]:
    """Return the request's ``n`` answers, cut at its limits.

    Raises:
        ApiError: No value fits a schema, or finding one takes more than the budget.
    """
    stops = [request.stop] if isinstance(request.stop, str) else request.stop or []
    limit = request.max_completion_tokens or request.max_tokens
    # A prompt may be long, so it is searched once for all answers.
    prompt = prompt_of(request)
    marks = marks_in(prompt)
    prompt = prompt[: prose.PROMPT_LIMIT]
    found: list[Answer] = []
    for index in range(request.n or 1):
        random = identity.random(f"answer {index}")
        answer = _answer(request, index, prompt, marks, random, budget)
        answer = _before(stops, answer)
        found.append(_at_most(limit * token_size, answer) if limit else answer)
    return found


def content_for(wanted: Format | None, prompt: str, random: Random, budget: Budget) -> str:
    """Return an answer's text in the wanted format.

    Raises:
        ApiError: No value fits a schema, or finding one takes more than the budget.
    """
    match wanted:
        case SchemaFormat(json_schema=named):
            owner = f"response_format '{named.name}'"
            schema = named.definition or {}
            return json_text(schema, random, budget, owner=owner, param="response_format")
        case ObjectFormat():
            return compact(prose.object_for(prompt, random))
        case _:
            return prose.answer_to(prompt, random)


def arguments_for(function: Function, random: Random, budget: Budget) -> str:
    """Return arguments that a function's schema allows, as JSON.

    Raises:
        ApiError: No value fits the schema, or finding one takes more than the budget.
    """
    schema = {"type": "object", "additionalProperties": False, **(function.parameters or {})}
    return json_text(schema, random, budget, owner=f"function '{function.name}'", param="tools")


def _answer(  # noqa: PLR0913, PLR0917 - the parts of one answer
    request: ChatRequest,
    index: int,
    prompt: str,
    marks: frozenset[str],
    random: Random,
    budget: Budget,
) -> Answer:
    if REFUSE in marks:
        return Answer(index=index, refusal=prose.refusal(random))
    if FILTER in marks:
        content = content_for(request.response_format, prompt, random, budget)
        half = content[: len(content) // 2]
        return Answer(index=index, content=half, finish_reason="content_filter")
    tools, by_name = tools_to_call(request, random)
    if not tools:
        content = content_for(request.response_format, prompt, random, budget)
        return Answer(index=index, content=content)
    calls = tuple(_call(tool, random, budget) for tool in tools)
    # The API sends "stop" when the request itself named the tool.
    return Answer(index=index, calls=calls, finish_reason="stop" if by_name else "tool_calls")


def _call(tool: FunctionTool | CustomTool, random: Random, budget: Budget) -> Call:
    call_id = "call_" + identifier(random, 24)
    if isinstance(tool, CustomTool):
        text = prose.answer_to(tool.custom.description or "", random)
        return Call(id=call_id, name=tool.custom.name, text=text, custom=True)
    text = arguments_for(tool.function, random, budget)
    return Call(id=call_id, name=tool.function.name, text=text)


def _before(stops: list[str], answer: Answer) -> Answer:
    content = answer.content
    if content is None:
        return answer
    for stop in filter(None, stops):
        content = content.partition(stop)[0]
    return msgspec.structs.replace(answer, content=content)


def _at_most(length: int, answer: Answer) -> Answer:
    """Return the first ``length`` characters of an answer; all its tool calls share them."""
    content = answer.content and answer.content[:length]
    refusal = answer.refusal and answer.refusal[:length]
    calls: list[Call] = []
    for call in answer.calls:
        left = length - sum(len(begun.text) for begun in calls)
        if left > 0:
            calls.append(msgspec.structs.replace(call, text=call.text[:left]))
    shortened = msgspec.structs.replace(
        answer, content=content, refusal=refusal, calls=tuple(calls)
    )
    if shortened == answer:
        return answer
    return msgspec.structs.replace(shortened, finish_reason="length")
