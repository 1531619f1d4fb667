"""The function that switches telemetry on, for a client or for all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from opentelemetry import metrics, trace
from opentelemetry.context import get_current

from streamkit._http.transport import Transport
from streamkit._version import __version__
from streamkit.telemetry.agent_span import AgentSpan
from streamkit.telemetry.content import content_of_request
from streamkit.telemetry.conventions import (
    CONVENTIONS,
    Version,
    captures_content,
    provider_of,
    version,
)
from streamkit.telemetry.facts import PATHS, member, request_facts
from streamkit.telemetry.metrics import Metrics
from streamkit.telemetry.runs import begins_run, run_facts
from streamkit.telemetry.span import RequestSpan
from streamkit.telemetry.tool_call import ToolCalls

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from streamkit._http.config import ClientConfig
    from streamkit._http.request import Request

__all__ = ["Telemetry", "instrument"]


class Telemetry:
    """The instrument that makes a span of each request that a model answers."""

    def __init__(  # noqa: PLR0913 - the options of `instrument`, by keyword
        self,
        *,
        tracer_provider: TracerProvider | None,
        meter_provider: MeterProvider | None,
        content: bool,
        per_chunk: bool,
        semconv: Version,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.names = CONVENTIONS[semconv]
        url = self.names.schema_url
        self.tracer = trace.get_tracer("streamkit", __version__, tracer_provider, url)
        meter = metrics.get_meter("streamkit", __version__, meter_provider, url)
        self.metrics = Metrics(meter, self.names)
        self.content = content
        self.per_chunk = per_chunk
        self.clock = clock

    def __call__(self, config: ClientConfig, request: Request, /) -> RequestSpan | None:
        """Return the span of a request, or None if no model answers it."""
        is_run = begins_run(request.path)
        if request.method != "POST" or not (is_run or request.path in PATHS):
            return None
        identity = _identity("invoke_agent" if is_run else "chat", config, request)
        facts = request_facts(request.json, stream=request.stream)
        if is_run:
            facts |= run_facts(request.path, request.json)
        if self.content:
            facts |= content_of_request(request.path, request.json)
        return RequestSpan(self, request, identity, facts)

    def agent(self, config: ClientConfig, request: Request, /) -> AgentSpan:
        """Return the span of a conversation that a request begins."""
        facts = _identity("invoke_agent", config, request)
        return AgentSpan(self.tracer, facts, content=self.content)

    def tools(self) -> ToolCalls:
        """Return the spans of tools, as children of the span that is current now."""
        return ToolCalls(self.tracer, get_current(), content=self.content)


def _identity(operation: str, config: ClientConfig, request: Request) -> dict[str, Any]:
    server = urlsplit(config.base_url)
    identity = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": provider_of(config.base_url, request.path),
        "gen_ai.request.model": member(request.json, "model"),
        "server.address": server.hostname,
        "server.port": server.port or (443 if server.scheme == "https" else 80),
    }
    return {name: value for name, value in identity.items() if value}


def instrument(  # noqa: PLR0913 - by keyword
    client: Any = None,
    *,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    content: bool | None = None,
    per_chunk: bool = False,
    semconv: Version | None = None,
) -> Callable[[], None]:
    """Make a span and metrics of each request that a model answers; return what ends this.

    These are the requests of chat completions, Responses and Messages, and those that start or
    continue a run of an assistant. ``run_tools`` is a span around its requests and tools, and a
    helper that starts work and polls it is one span to the work's end. The tools of ``call_tools``
    have spans if all clients are followed.

    A span begins with the first attempt, and is a child of the span that is current then; a
    subscription on another thread keeps its caller's. It ends with the answer: at its last byte,
    its error, or when its stream is closed. A stream that is neither read to its end nor closed has
    no span, so use it in a ``with``.

    Args:
        client: The client whose requests count, and those that ``with_options`` makes of it later;
            None for those of all clients that have no telemetry of their own.
        tracer_provider: The provider of the tracer; None for the global one.
        meter_provider: The provider of the meter; None for the global one.
        content: Whether spans have the messages, the instructions and the tools. None asks
            ``OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT``, which is off by default.
        per_chunk: Whether the time between chunks is recorded, which takes longer than the rest of
            the work on a chunk.
        semconv: The version of the GenAI conventions. None asks ``OTEL_SEMCONV_STABILITY_OPT_IN``:
            ``0.1`` with ``gen_ai_latest_experimental``, and else ``1.41``, as dashboards expect.

    Raises:
        TypeError: The client is none of streamkit's.
        ValueError: The version is unknown.
    """
    semconv = semconv or version()
    if semconv not in CONVENTIONS:
        raise ValueError(f"semconv must be one of {', '.join(CONVENTIONS)}, not {semconv!r}")
    transport: Any = Transport if client is None else getattr(client, "_transport", None)
    if client is not None and not isinstance(transport, Transport):
        raise TypeError(f"a client of streamkit was expected, not {type(client).__name__}")
    telemetry = Telemetry(
        tracer_provider=tracer_provider,
        meter_provider=meter_provider,
        content=captures_content() if content is None else content,
        per_chunk=per_chunk,
        semconv=semconv,
    )
    before = vars(transport).get("instrument")
    transport.instrument = telemetry

    def end() -> None:
        if vars(transport).get("instrument") is not telemetry:
            return  # another one has taken its place
        if client is None or before is not None:
            transport.instrument = before
        else:
            del transport.instrument

    return end
