"""The command ``streamkit chat``."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from streamkit.cli.display import Figures, Value, is_live, shown, visible_json
from streamkit.cli.endpoint import (
    ApiKeyEnv,
    BaseUrl,
    MaxRetries,
    Timeout,
    api_key_named,
    base_url_or_usual,
    client_options,
    embedded,
)
from streamkit.cli.failures import reported
from streamkit.cli.schema_option import imported
from streamkit.client import OpenAI

if TYPE_CHECKING:
    from collections.abc import Generator

    from streamkit.client import ClientOptions
    from streamkit.families._resource._sync.managers import StreamManager
    from streamkit.families.chat._sync.stream import ChatCompletionStream

__all__ = ["chat"]


def chat(  # noqa: PLR0913 - one for each option
    prompt: Annotated[
        str,
        typer.Argument(metavar="PROMPT", help="The message to the model; - reads it from stdin."),
    ],
    *,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="The model; the embedded server needs none.")
    ] = None,
    base_url: BaseUrl = None,
    api_key_env: ApiKeyEnv = None,
    schema: Annotated[
        str | None,
        typer.Option(metavar="PKG.MOD:MODEL", help="The type that the answer is to have."),
    ] = None,
    n: Annotated[int, typer.Option("--n", "-n", min=1, help="The number of answers.")] = 1,
    system: Annotated[str | None, typer.Option(metavar="TEXT", help="A system message.")] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="The number of tokens that an answer may have.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(min=0, help="The sampling temperature.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print what each event adds as a line of JSON.")
    ] = False,
    timeout: Timeout = None,
    max_retries: MaxRetries = 2,
) -> None:
    """Show the answer of any OpenAI-compatible API as it arrives.

    Without a key and a base URL the embedded server answers.
    """
    response_format = imported(schema) if schema else None
    options = client_options(timeout, max_retries)
    base_url = base_url_or_usual(base_url)
    with reported(), _client(base_url, api_key_named(api_key_env), model, options) as client:
        # The API itself has renamed the parameter; other servers may know only the old name.
        limit = "max_tokens" if base_url else "max_completion_tokens"
        given: dict[str, Any] = {
            "messages": _messages(sys.stdin.read() if prompt == "-" else prompt, system),
            "n": n if n > 1 else None,
            limit: max_tokens,
            "temperature": temperature,
            "response_format": response_format,
        }
        answer = client.chat.completions.stream(
            model=model or "streamkit",
            **{name: value for name, value in given.items() if value is not None},
        )
        if json:
            _print_events(answer)
        else:
            _show(answer, choices=n, schema=schema)


@contextmanager
def _client(
    base_url: str | None, api_key: str | None, model: str | None, options: ClientOptions
) -> Generator[OpenAI]:
    if base_url is None and api_key is None:
        typer.echo("No API key and no base URL: the embedded server answers.", err=True)
        with embedded() as client:
            yield client.with_options(**options)
        return
    if model is None:
        raise typer.BadParameter("say which model is to answer", param_hint="--model")
    # A server that the user names may need no key; without one, none is sent.
    with OpenAI(base_url=base_url, api_key=api_key or "") as client:
        yield client.with_options(**options)


def _messages(prompt: str, system: str | None) -> list[dict[str, str]]:
    messages = [{"role": "user", "content": prompt}]
    return messages if system is None else [{"role": "system", "content": system}, *messages]


def _print_events(answer: StreamManager[ChatCompletionStream[Any]]) -> None:
    with answer as stream:
        for event in stream:
            typer.echo(visible_json(event.to_json(delta=True)))


def _show(
    answer: StreamManager[ChatCompletionStream[Any]], *, choices: int, schema: str | None
) -> None:
    console = Console(highlight=False)
    figures = Figures()
    format_name = schema.rpartition(":")[2] if schema else None
    with (
        shown(console, figures, choices=choices, format_name=format_name) as show,
        answer as stream,
    ):
        for event in stream:
            figures.feed(event)
            show(event)
    if schema:
        for choice in stream.get_final_completion().choices:
            if choice.message.parsed is not None:
                console.print(Value(choice.message.parsed))
    if not is_live(console):
        # The figures go to stderr, because stdout belongs to the answer alone.
        typer.echo(str(figures), err=True)
