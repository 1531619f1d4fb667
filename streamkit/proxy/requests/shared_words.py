"""The words that chat completions and Responses share, or have for the same thing."""

from __future__ import annotations

__all__ = ["CALLS", "SAME"]

SAME = (
    "metadata",
    "model",
    "parallel_tool_calls",
    "prompt_cache_key",
    "safety_identifier",
    "service_tier",
    "temperature",
    "top_logprobs",
    "top_p",
    "user",
)
"""The parameters that both protocols have."""
CALLS = (
    ("function", "function_call", "arguments"),
    ("custom", "custom_tool_call", "input"),
)
"""The kinds of calls: in chat completions, the type of item in Responses, and the field of both."""
