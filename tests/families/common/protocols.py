"""The three protocols as one: the same request, the same answer, and the ways to take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from streamkit import Anthropic, AsyncAnthropic, AsyncOpenAI, OpenAI, pydantic_function_tool
from tests.families.common.answers import Answer, Person, as_chat, as_message, as_response, sse
from tests.http_server import LAST_CHUNK, STREAM_HEAD, Script, ScriptedServer, chunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["PROTOCOLS", "TOOLS", "Protocol"]

TOOLS = [pydantic_function_tool(Person, name="greet")]


@dataclass(frozen=True)
class Protocol:
    """A protocol: its clients, its words for a request, and the events of its answers."""

    client: Callable[..., Any]
    async_client: Callable[..., Any]
    resource: Callable[[Any], Any]
    params: dict[str, Any]
    format: str
    """The name of the parameter with the type of the answer."""
    frames: Callable[[Answer], Iterable[bytes]]
    failure: bytes
    """The event of an error in mid-stream."""
    text: Callable[[Any], str]
    """Returns the text of an answer in the protocol's own form."""

    def asked(self, format: type[Any] | None, **params: Any) -> dict[str, Any]:
        """Return the parameters of a request."""
        return self.params | ({} if format is None else {self.format: format}) | params

    def script(self, answer: Answer, *, events: int | None = None, end: Script = ()) -> Script:
        """Return a response that streams an answer, or its first events and then ``end``."""
        frames = [*self.frames(answer)][:events]
        return [STREAM_HEAD, *map(chunk, frames), *(end or [LAST_CHUNK])]

    def failing(self, answer: Answer) -> Script:
        """Return a response that reports an error after the first three pieces."""
        return self.cut(answer, [chunk(self.failure), LAST_CHUNK])

    def cut(self, answer: Answer, end: Script = ()) -> Script:
        """Return a response that breaks off where text has come and the answer is not whole."""
        return self.script(answer, events=self.begun(answer), end=end)

    def begun(self, answer: Answer) -> int:
        """Return the number of events until the last piece of an answer that is a text."""
        piece = answer.text[-1].encode()
        frames = enumerate(self.frames(answer))
        return next(n for n, frame in frames if b'"%b"' % piece in frame) + 1

    def open(self, server: ScriptedServer, **options: Any) -> Any:
        """Return a client that blocks."""
        return self.client(**self._options(server), **options)

    def open_async(self, server: ScriptedServer, **options: Any) -> Any:
        """Return a client on the running loop."""
        return self.async_client(**self._options(server), **options)

    def _options(self, server: ScriptedServer) -> dict[str, Any]:
        url = server.url.removesuffix("/v1") if self.client is Anthropic else server.url
        return {"api_key": "k", "base_url": url, "max_retries": 0}


_MESSAGES = [{"role": "user", "content": "hello"}]

PROTOCOLS = {
    "chat": Protocol(
        client=OpenAI,
        async_client=AsyncOpenAI,
        resource=lambda client: client.chat.completions,
        params={"model": "m", "messages": _MESSAGES},
        format="response_format",
        frames=as_chat,
        failure=sse({"error": {"message": "sorry", "type": "server_error", "code": None}}),
        text=lambda completion: completion.choices[0].message.content,
    ),
    "responses": Protocol(
        client=OpenAI,
        async_client=AsyncOpenAI,
        resource=lambda client: client.responses,
        params={"model": "m", "input": "hello"},
        format="text_format",
        frames=as_response,
        failure=sse({"type": "error", "code": "server_error", "message": "sorry"}, "error"),
        text=lambda response: response.output_text,
    ),
    "messages": Protocol(
        client=Anthropic,
        async_client=AsyncAnthropic,
        resource=lambda client: client.messages,
        params={"model": "m", "messages": _MESSAGES, "max_tokens": 100},
        format="output_format",
        frames=as_message,
        failure=sse({"type": "error", "error": {"type": "api_error", "message": "sorry"}}, "error"),
        text=lambda message: message.content[0].text,
    ),
}
