"""Spans and metrics of OpenTelemetry for requests and streams; needs the extra ``otel``.

``instrument`` switches it on, for one client or for all::

    from streamkit.telemetry import instrument

    instrument(client)

Each request that a model answers is a span of the kind CLIENT, named and described as the GenAI
conventions say. It covers all attempts, and lasts until the answer ends. A conversation of
``run_tools`` is a span around its requests and the calls of its tools. One whose second answer is
cut gives this tree::

    invoke_agent                             ERROR  error.type=StreamTruncatedError
      chat gpt-4o                            UNSET  finish_reasons=["tool_calls"] input_tokens=41
      execute_tool look                      UNSET
      chat gpt-4o                            ERROR  finish_reasons=["error"]
                                                    error.type=StreamTruncatedError

A stream that breaks off is an error, whatever had come of it. One that the program leaves is none:
its reason is ``error``, as the conventions have it, and ``streamkit.cancelled`` is true. Numbers of
tokens that the server did not tell are left out. What was said is on no span unless you ask for it.
"""

from __future__ import annotations

from streamkit._core.extras import needing

with needing("otel", "streamkit.telemetry"):
    from streamkit.telemetry.instrument import instrument

__all__ = ["instrument"]
