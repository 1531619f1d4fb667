"""The metrics of requests, by the names of a version of the conventions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamkit.telemetry.conventions import DURATIONS, TOKENS

if TYPE_CHECKING:
    from opentelemetry.metrics import Histogram, Meter

    from streamkit.telemetry.conventions import Conventions

__all__ = ["Metrics"]


class Metrics:
    """The instruments of a meter, and what is recorded at the end of a request."""

    def __init__(self, meter: Meter, names: Conventions) -> None:
        self._names = names
        self._duration = _seconds(meter, names.duration, "The time of a request to its end.")
        self._first_chunk = _seconds(meter, names.first_chunk, "The time to the first chunk.")
        self.later_chunk = _seconds(meter, names.later_chunk, "The time between two chunks.")
        """The histogram of the times between chunks."""
        histograms = {
            name: meter.create_histogram(
                name,
                "{token}",
                "The tokens of a request.",
                explicit_bucket_boundaries_advisory=TOKENS,
            )
            for name in dict.fromkeys(names.tokens.values())
        }
        self._tokens = {kind: histograms[name] for kind, name in names.tokens.items()}
        self._counters = {
            usage: meter.create_counter(name, "{token}", "The tokens of all requests.")
            for usage, name in names.counters.items()
        }

    def record(
        self,
        identity: dict[str, Any],
        facts: dict[str, Any],
        duration: float,
        first_chunk: float | None,
        error_type: str | None,
    ) -> None:
        """Record a request that has ended; numbers of tokens that are unknown are not recorded."""
        labels = dict(identity)
        if model := facts.get("gen_ai.response.model"):
            labels["gen_ai.response.model"] = model
        ended = labels if error_type is None else {**labels, "error.type": error_type}
        self._duration.record(duration, ended)
        if first_chunk is not None:
            self._first_chunk.record(first_chunk, labels)
        for kind, histogram in self._tokens.items():
            count = facts.get(f"gen_ai.usage.{kind}_tokens")
            if count is not None:
                typed = {"gen_ai.token.type": kind} if self._names.typed_tokens else {}
                histogram.record(count, {**labels, **typed})
        for usage, counter in self._counters.items():
            if usage in facts:
                counter.add(facts[usage], {**labels, "gen_ai.token.modality": "unknown"})


def _seconds(meter: Meter, name: str, description: str) -> Histogram:
    return meter.create_histogram(
        name, "s", description, explicit_bucket_boundaries_advisory=DURATIONS
    )
