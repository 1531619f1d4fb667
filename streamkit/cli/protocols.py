"""The protocols that ``streamkit chat`` speaks: what is asked, and the events of the answer."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from streamkit._core.events import Event

__all__ = ["PROTOCOLS", "Answered", "Asked", "ProtocolName", "opened"]

ProtocolName: TypeAlias = Literal["chat", "responses", "messages"]

MAX_TOKENS = 4096
"""The ``max_tokens`` of a message, which its API requires."""


class Asked(NamedTuple):
    """The options of a command, whatever the protocol calls them."""

    model: str
    prompt: str
    system: str | None
    choices: int
    max_tokens: int | None
    temperature: float | None
    format: Any
    is_usual_server: bool
    """Whether the API itself answers, which has names that other servers may not know."""


class Answered(NamedTuple):
    """An open stream of events, and a function that returns the parsed answers after its end."""

    events: Iterable[Event]
    parsed: Callable[[], Iterator[object]]


@contextmanager
def opened(protocol: ProtocolName, client: Any, asked: Asked) -> Generator[Answered]:
    """Send a request in a protocol, and yield the open stream."""
    with PROTOCOLS[protocol](client, asked) as stream:
        if protocol != "chat":
            yield Answered(stream.common, lambda: iter((stream.get_final().parsed,)))
            return
        # A chat may have several choices, of which the common answer is the first.
        yield Answered(
            stream,
            lambda: (choice.message.parsed for choice in stream.get_final_completion().choices),
        )


def _chat(client: Any, asked: Asked) -> Any:
    # The API itself has renamed the parameter; other servers may know only the old name.
    limit = "max_completion_tokens" if asked.is_usual_server else "max_tokens"
    messages = [{"role": "user", "content": asked.prompt}]
    if asked.system is not None:
        messages.insert(0, {"role": "system", "content": asked.system})
    return client.chat.completions.stream(
        **_given(
            model=asked.model,
            messages=messages,
            n=asked.choices if asked.choices > 1 else None,
            temperature=asked.temperature,
            response_format=asked.format,
            **{limit: asked.max_tokens},
        )
    )


def _responses(client: Any, asked: Asked) -> Any:
    return client.responses.stream(
        **_given(
            model=asked.model,
            input=asked.prompt,
            instructions=asked.system,
            max_output_tokens=asked.max_tokens,
            temperature=asked.temperature,
            text_format=asked.format,
        )
    )


def _messages(client: Any, asked: Asked) -> Any:
    return client.messages.stream(
        **_given(
            model=asked.model,
            messages=[{"role": "user", "content": asked.prompt}],
            system=asked.system,
            max_tokens=asked.max_tokens or MAX_TOKENS,
            temperature=asked.temperature,
            output_format=asked.format,
        )
    )


PROTOCOLS: dict[ProtocolName, Callable[[Any, Asked], Any]] = {
    "chat": _chat,
    "messages": _messages,
    "responses": _responses,
}
"""The requests, by the name of their protocol."""


def _given(**params: Any) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}
