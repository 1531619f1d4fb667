"""The facts of a request and its answer as attributes, for each protocol of inference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from streamkit.telemetry.conventions import Conventions

__all__ = ["PATHS", "answer_facts", "member", "request_facts"]

PATHS = ("/chat/completions", "/responses", "/v1/messages")
"""The paths of the requests that a model answers."""

_SAME = (
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "temperature",
    "top_k",
    "top_p",
)


def member(thing: Any, *names: str) -> Any:
    """Return a member of a member, of mappings or objects alike; None where there is none."""
    for name in names:
        if isinstance(thing, Mapping):
            thing = cast("Mapping[str, Any]", thing).get(name)
        else:
            thing = getattr(thing, name, None)
    return thing


def request_facts(body: Any, *, stream: bool) -> dict[str, Any]:
    """Return the attributes of a request that its parameters say."""
    facts: dict[str, Any] = {}
    for name in _SAME:
        value = member(body, name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            facts[f"gen_ai.request.{name}"] = value
    for name in ("max_completion_tokens", "max_output_tokens", "max_tokens"):
        if isinstance(value := member(body, name), int):
            facts["gen_ai.request.max_tokens"] = value
            break
    stop = member(body, "stop") or member(body, "stop_sequences")
    stops = [stop] if isinstance(stop, str) else _list(stop)
    if stops and all(isinstance(one, str) for one in stops):
        facts["gen_ai.request.stop_sequences"] = stops
    count = member(body, "n")
    if isinstance(count, int) and count != 1:
        facts["gen_ai.request.choice.count"] = count
    if stream:
        facts["gen_ai.request.stream"] = True
    effort = member(body, "reasoning_effort") or member(body, "reasoning", "effort")
    if isinstance(effort, str):
        facts["gen_ai.request.reasoning.level"] = effort
    formats = (("response_format",), ("text", "format"), ("output_config", "format"))
    kinds = [member(body, *names, "type") for names in formats]
    if any(kind in ("json_object", "json_schema") for kind in kinds):
        facts["gen_ai.output.type"] = "json"
    if isinstance(tier := member(body, "service_tier"), str):
        facts["openai.request.service_tier"] = tier
    return facts


def answer_facts(path: str, answer: Any, body: Any, names: Conventions) -> dict[str, Any]:
    """Return the attributes of an answer, or of as much of it as had come."""
    facts = {
        "gen_ai.response.id": member(answer, "id"),
        "gen_ai.response.model": member(answer, "model"),
        "openai.response.service_tier": member(answer, "service_tier"),
        "openai.response.system_fingerprint": member(answer, "system_fingerprint"),
    }
    facts = {name: value for name, value in facts.items() if value and isinstance(value, str)}
    usage = member(answer, "usage")
    return {
        **facts,
        "gen_ai.response.finish_reasons": _reasons(path, answer, body),
        **(_usage(path, usage, names) if usage is not None else {}),
    }


def _reasons(path: str, answer: Any, body: Any) -> list[str]:
    """Return the reason of each choice's end; that of a choice that has not ended is ``error``."""
    if path.endswith("/messages"):
        return [member(answer, "stop_reason") or "error"]
    if path.endswith("/responses"):
        return [_reason_of_response(answer)]
    if path.startswith("/threads/"):
        return [_reason_of_run(answer)]
    count = member(body, "n")
    reasons = ["error"] * (count if isinstance(count, int) and 0 < count < 1000 else 1)
    for choice in _list(member(answer, "choices")):
        index, reason = member(choice, "index"), member(choice, "finish_reason")
        if isinstance(index, int) and 0 <= index < len(reasons) and isinstance(reason, str):
            reasons[index] = reason
    return reasons


def _reason_of_response(answer: Any) -> str:
    match member(answer, "status"), member(answer, "incomplete_details", "reason"):
        case "completed", _:
            types = {member(item, "type") for item in _list(member(answer, "output"))}
            return "tool_calls" if types & {"function_call", "custom_tool_call"} else "stop"
        case "incomplete", "max_output_tokens":
            return "length"
        case "incomplete", str(reason):
            return reason
        case _:
            return "error"


def _reason_of_run(run: Any) -> str:
    match member(run, "status"), member(run, "incomplete_details", "reason"):
        case "completed", _:
            return "stop"
        case "requires_action", _:
            return "tool_calls"
        case "incomplete", "max_completion_tokens" | "max_prompt_tokens":
            return "length"
        case "incomplete", str(reason):
            return reason
        case _:
            return "error"


def _usage(path: str, usage: Any, names: Conventions) -> dict[str, int]:
    """Return the numbers of tokens that the server told; details of nothing are left out."""
    ours = "prompt", "completion"
    if not path.endswith(("/chat/completions", "/runs", "/submit_tool_outputs")):
        ours = "input", "output"
    took, made = (member(usage, f"{kind}_tokens") for kind in ours)
    cached = member(usage, f"{ours[0]}_tokens_details", "cached_tokens")
    written = None
    reasoned = member(usage, f"{ours[1]}_tokens_details", "reasoning_tokens")
    if path.endswith("/messages"):
        cached, written = (
            member(usage, "cache_read_input_tokens"),
            member(usage, "cache_creation_input_tokens"),
        )
        if isinstance(took, int):  # the others count the cached tokens among the input
            took += (cached or 0) + (written or 0)
    told = {
        "gen_ai.usage.cache_read.input_tokens": cached or None,
        names.cache_write: written or None,
        "gen_ai.usage.input_tokens": took,
        "gen_ai.usage.output_tokens": made,
        "gen_ai.usage.reasoning.output_tokens": reasoned or None,
    }
    return {name: count for name, count in told.items() if isinstance(count, int)}


def _list(value: Any) -> list[Any]:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [*cast("Sequence[Any]", value)]
    return []
