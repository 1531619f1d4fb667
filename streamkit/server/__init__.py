"""A server that speaks as OpenAI's and Anthropic's APIs do, for tests and work without a network.

The server needs the extra ``server``. It serves ``POST /v1/chat/completions``, streamed or not;
``POST /v1/responses``, and the retrieval, resumption, cancellation and deletion of responses;
``POST /v1/messages``, ``/v1/messages/count_tokens``, and batches of messages;
``GET /v1/models`` and ``GET /v1/models/NAME``; assistants, threads, messages, runs and their steps;
files, vector stores, their files and batches::

    with EmbeddedServer() as server:
        client = OpenAI(base_url=server.base_url, api_key="any")
        client = Anthropic(base_url=server.url, api_key="any")

**Answers.** The server runs no model and makes answers up: a few sentences with words of the
prompt; JSON that the ``response_format`` allows, for any schema; one call of every tool that
``tool_choice`` allows (a single call, with ``parallel_tool_calls`` false), until the last message
is a tool's result. ``n``, ``logprobs``, ``stop``, ``max_completion_tokens`` and ``stream_options``
work as at the API; choices interleave, and any may come first. The same request to a server with
the same seed gets the same bytes, and a streamed answer is the same as one that is not streamed.

**Responses** have a reasoning item when ``reasoning`` is given, and say what they are about to do
before they call tools that they need not call. A response that is stored has an id and a time of
its own; the rest of it follows from the request, as in chat.

**Messages** think first when ``thinking`` is given, and say as much before they call tools. Their
errors, and the models listed to a client that sends ``anthropic-version``, have Anthropic's form. A
call that ``max_tokens`` cuts has an empty input, whose beginning is in the stream alone.

**In the last user message**, ``[[refuse]]`` makes the answer a refusal, ``[[content_filter]]`` ends
it half-way (of a message, by a refusal), and ``[[failed]]`` lets a response fail there.

**Recordings.** The model ``recording:NAME`` replays the recorded response of a real server, byte by
byte; ``GET /v1/models`` lists the recordings.

**Replies.** ``EmbeddedServer.reply`` gives the answer to a request that is to come: a text, calls
of tools, an object, pieces of a stream, an error, or what a function makes of the request.

**Cassettes.** With ``cassette="chat.jsonl"`` every request is answered from a cassette of
`streamkit.recording`, at the server's ``speed``, with the cuts and errors that were recorded.

**Runs** follow a scenario: steps (messages of text, images and citations; calls of tools) and an
end, all of it plain data. The scenario is named by the key ``scenario`` in the metadata of the run,
by a mark such as ``[[failed]]`` in the last user message, by the model ``scenario:NAME``, or by the
metadata of the assistant. Shipped are ``text``, ``blocks``, ``refuse``, ``code_interpreter``,
``file_search``, ``function``, ``function_twice``, ``functions``, ``all_tools``, ``failed``,
``failed_tool``, ``rate_limited``, ``expired``, ``incomplete``, ``cancelled`` and ``error`` (in the
middle of the stream). A run without a scenario calls each of its tools and answers. The option
``scenarios`` adds others::

    EmbeddedServer(
        scenarios={
            "hello": {
                "steps": [{"type": "message", "content": [{"type": "text", "text": "Hello"}]}]
            }
        }
    )

**Slow work** (a run without a stream, a response in the background, a file, a vector store, a
batch) is done after ``polls`` polls; no clock is read. A vector store cannot take a file named
``[[failed]].txt``, and a file named ``[[error]].txt`` cannot be processed.

**Objects** are kept until the server is dropped, or in the SQLite file ``database``. Their ids
follow from the seed and the order in which they were created.

**Tests of clients** find in ``EmbeddedServer.exchanges`` each request, the progress of its answer,
and whether the client left before the end; ``Exchange.wait()`` blocks until that is known.

**Access.** The server refuses, with 403, requests that name another host than those of loopback, as
after DNS rebinding, and web pages from elsewhere, unless ``allowed_hosts`` and ``allowed_origins``
name them. No request can stop the server: work that would take too long or too much room is refused
with 400.

**Faults**: answers are cut, stalled, garbled or refused when a header, a model's name or an option
asks for it; see `streamkit.server.faults`.

**Settings** of the server are options of `create_app`; these headers set them for one request:
``x-streamkit-token-size`` (characters in a token), ``x-streamkit-pace`` (seconds between two
chunks), ``x-streamkit-speed`` (of a replay: 1 is as recorded, 0 at once), ``x-streamkit-polls``
(of the object that the request creates; 0 is done at once) and ``x-streamkit-poll-after-ms`` (the
hint of ``openai-poll-after-ms``; ``null`` is none).

**Refusals.** The server refuses the same requests as the API, with the API's status and error body:
unknown parameters, wrong types and values out of range, schemas that it cannot enforce, a
conversation that leaves tool calls unanswered, an unknown model when ``models`` are given, a
missing or wrong key when ``api_key`` is given. Not served, although the APIs know them, are audio,
grammars of custom tools, moderation, tools that run on the server of the API (such as web search),
the conversations and prompts of Responses, and the deprecated ``functions`` of chat.
"""

from __future__ import annotations

from streamkit._core.extras import needing

with needing("server", "streamkit.server"):
    from streamkit.server.app import create_app
    from streamkit.server.embedded import EmbeddedServer
    from streamkit.server.exchange import Exchange

__all__ = ["EmbeddedServer", "Exchange", "create_app"]
