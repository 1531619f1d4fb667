"""The names of OpenTelemetry's GenAI conventions, old and new, as tables.

All of them are in development, so each version that dashboards may expect is a row:
https://github.com/open-telemetry/semantic-conventions-genai
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import urlsplit

from streamkit._core.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CONVENTIONS", "Conventions", "Version", "captures_content", "provider_of", "version"]

Version: TypeAlias = Literal["1.41", "0.1"]
"""A version of the conventions: the last in the core repository, or the first in their own."""

DURATIONS = [0.01 * 2**power for power in range(14)]
"""The boundaries of the buckets of seconds, as the conventions advise them."""
TOKENS = [4.0**power for power in range(14)]
"""The boundaries of the buckets of tokens, as the conventions advise them."""


class Conventions(Value, frozen=True, kw_only=True):
    """The names that differ between the versions."""

    schema_url: str | None
    duration: str
    first_chunk: str
    later_chunk: str
    tokens: Mapping[str, str]
    """The histogram of each type of tokens."""
    counters: Mapping[str, str]
    """The counter of each attribute of usage."""
    typed_tokens: bool
    """Whether a histogram of tokens has the attribute ``gen_ai.token.type``."""
    cache_write: str
    """The attribute of the tokens that were written to a cache."""


_USAGE = "gen_ai.client.inference.usage."

CONVENTIONS: Mapping[Version, Conventions] = {
    "1.41": Conventions(
        schema_url="https://opentelemetry.io/schemas/1.41.0",
        duration="gen_ai.client.operation.duration",
        first_chunk="gen_ai.client.operation.time_to_first_chunk",
        later_chunk="gen_ai.client.operation.time_per_output_chunk",
        tokens={
            "input": "gen_ai.client.token.usage",
            "output": "gen_ai.client.token.usage",
        },
        counters={},
        typed_tokens=True,
        cache_write="gen_ai.usage.cache_creation.input_tokens",
    ),
    "0.1": Conventions(
        schema_url=None,
        duration="gen_ai.client.inference.duration",
        first_chunk="gen_ai.client.inference.time_to_first_chunk",
        later_chunk="gen_ai.client.inference.time_per_output_chunk",
        tokens={
            "input": "gen_ai.client.inference.operation.input_tokens",
            "output": "gen_ai.client.inference.operation.output_tokens",
        },
        counters={
            "gen_ai.usage.input_tokens": _USAGE + "input_tokens",
            "gen_ai.usage.output_tokens": _USAGE + "output_tokens",
            "gen_ai.usage.cache_read.input_tokens": _USAGE + "cache_read.input_tokens",
            "gen_ai.usage.cache_write.input_tokens": _USAGE + "cache_write.input_tokens",
            "gen_ai.usage.reasoning.output_tokens": _USAGE + "reasoning.output_tokens",
        },
        typed_tokens=False,
        cache_write="gen_ai.usage.cache_write.input_tokens",
    ),
}

_PROVIDERS = {
    "anthropic.com": "anthropic",
    "azure.com": "azure.ai.openai",
    "deepseek.com": "deepseek",
    "groq.com": "groq",
    "mistral.ai": "mistral_ai",
    "moonshot.ai": "moonshot_ai",
    "openai.com": "openai",
    "perplexity.ai": "perplexity",
    "x.ai": "x_ai",
}


def provider_of(base_url: str, path: str) -> str:
    """Return the name of the provider of a base URL; a proxy has that of the format it speaks."""
    host = urlsplit(base_url).hostname or ""
    known = _PROVIDERS.get(".".join(host.split(".")[-2:]))
    return known or ("anthropic" if path.endswith("/messages") else "openai")


def version() -> Version:
    """Return the version that the environment opts into; by default the old one."""
    chosen = os.environ.get("OTEL_SEMCONV_STABILITY_OPT_IN", "").split(",")
    return "0.1" if "gen_ai_latest_experimental" in map(str.strip, chosen) else "1.41"


def captures_content() -> bool:
    """Return whether the environment asks for the content of messages on spans."""
    asked = os.environ.get("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "").strip().lower()
    return asked in {"true", "span_only", "span_and_event"}
