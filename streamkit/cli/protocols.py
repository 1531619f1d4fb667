"""The protocols that commands speak: what is asked, and the events of the answer."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from streamkit._core.events import Event

__all__ = [
    "Answered",
    "Asked",
    "ProtocolName",
    "opened",
    "prompt_params",
    "resource",
    "shared_params",
]

ProtocolName: TypeAlias = Literal["chat", "responses", "messages"]

MAX_TOKENS = 4096
"""The ``max_tokens`` of a message, which its API requires."""


class Asked(NamedTuple):
    """The options of a command, whatever the protocol calls them."""

    model: str | None
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
    params = {**shared_params(protocol, asked), **prompt_params(protocol, asked)}
    with resource(protocol, client).stream(**params) as stream:
        if protocol != "chat":
            yield Answered(stream.common, lambda: iter((stream.get_final().parsed,)))
            return
        # A chat may have several choices, of which the common answer is the first.
        yield Answered(
            stream,
            lambda: (choice.message.parsed for choice in stream.get_final_completion().choices),
        )


def resource(protocol: ProtocolName, client: Any) -> Any:
    """Return the resource of a client that speaks a protocol."""
    return client.chat.completions if protocol == "chat" else getattr(client, protocol)


def prompt_params(protocol: ProtocolName, asked: Asked) -> dict[str, Any]:
    """Return the parameters that hold the prompt and the system message."""
    if protocol == "responses":
        return _given(input=asked.prompt, instructions=asked.system)
    messages = [{"role": "user", "content": asked.prompt}]
    if protocol == "messages":
        return _given(messages=messages, system=asked.system)
    if asked.system is not None:
        messages.insert(0, {"role": "system", "content": asked.system})
    return {"messages": messages}


def shared_params(protocol: ProtocolName, asked: Asked) -> dict[str, Any]:
    """Return the other parameters, which many requests may share."""
    shared = _given(model=asked.model, temperature=asked.temperature)
    if protocol == "responses":
        return shared | _given(max_output_tokens=asked.max_tokens, text_format=asked.format)
    if protocol == "messages":
        limit = asked.max_tokens or MAX_TOKENS
        return shared | _given(max_tokens=limit, output_format=asked.format)
    # The API itself has renamed the parameter; other servers may know only the old name.
    limit_name = "max_completion_tokens" if asked.is_usual_server else "max_tokens"
    return shared | _given(
        n=asked.choices if asked.choices > 1 else None,
        response_format=asked.format,
        **{limit_name: asked.max_tokens},
    )


def _given(**params: Any) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}
