"""A client with telemetry whose spans and metrics stay in memory."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from streamkit.telemetry import instrument

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["Exported", "exported", "tree"]


@dataclass(frozen=True)
class Exported:
    """What was exported so far."""

    exporter: InMemorySpanExporter
    reader: InMemoryMetricReader
    tracer_provider: TracerProvider

    @property
    def spans(self) -> list[ReadableSpan]:
        return [*self.exporter.get_finished_spans()]

    @property
    def span(self) -> ReadableSpan:
        (span,) = self.spans
        return span

    @property
    def facts(self) -> dict[str, Any]:
        return dict(self.span.attributes or {})

    def metrics(self) -> dict[str, list[Any]]:
        """Return the points of each metric by its name."""
        data = self.reader.get_metrics_data()
        if data is None:
            return {}
        return {
            metric.name: [*metric.data.data_points]
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@contextmanager
def exported(client: Any = None, **options: Any) -> Generator[Exported]:
    """Switch telemetry on, for a client or for all, and off again."""
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = (
        TracerProvider(shutdown_on_exit=False),
        MeterProvider([reader], shutdown_on_exit=False),
    )
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    end = instrument(client, tracer_provider=tracers, meter_provider=meters, **options)
    try:
        yield Exported(exporter, reader, tracers)
    finally:
        end()
        tracers.shutdown()
        meters.shutdown()


def tree(out: Exported, parent: ReadableSpan | None = None) -> dict[str, Any]:
    """Return the names of the spans, each with those of its children."""
    of = parent.context.span_id if parent and parent.context else None
    children = [
        span
        for span in sorted(out.spans, key=lambda span: span.start_time or 0)
        if (span.parent.span_id if span.parent else None) == of
    ]
    return {f"{number} {span.name}": tree(out, span) for number, span in enumerate(children, 1)}
