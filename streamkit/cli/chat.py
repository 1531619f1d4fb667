"""The command ``streamkit chat``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from streamkit.cli.display import Figures, Value, is_live, shown, visible_json
from streamkit.cli.endpoint import (
    ApiKeyEnv,
    BaseUrl,
    MaxRetries,
    Timeout,
    answering,
    api_key_named,
    base_url_or_usual,
    client_options,
)
from streamkit.cli.failures import reported
from streamkit.cli.protocols import Answered, Asked, ProtocolName, opened
from streamkit.cli.schema_option import imported

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

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
    api: Annotated[
        ProtocolName, typer.Option(help="The protocol: chat completions, Responses or Messages.")
    ] = "chat",
    json: Annotated[
        bool, typer.Option("--json", help="Print what each event adds as a line of JSON.")
    ] = False,
    timeout: Timeout = None,
    max_retries: MaxRetries = 2,
) -> None:
    """Show the answer of any API that speaks one of three protocols as it arrives.

    Without a key and a base URL the embedded server answers.
    """
    if api != "chat" and n > 1:
        raise typer.BadParameter(f"{api} has one answer", param_hint="--n")
    format_ = imported(schema) if schema else None
    options = client_options(timeout, max_retries)
    base_url = base_url_or_usual(base_url, api)
    key = api_key_named(api_key_env, api)
    with reported(), answering(api, base_url, key, options, has_model=model is not None) as client:
        asked = Asked(
            model=model or "streamkit",
            prompt=sys.stdin.read() if prompt == "-" else prompt,
            system=system,
            choices=n,
            max_tokens=max_tokens,
            temperature=temperature,
            format=format_,
            is_usual_server=base_url is None,
        )
        answer = opened(api, client, asked)
        if json:
            _print_events(answer)
        else:
            _show(answer, choices=n, schema=schema)


def _print_events(answer: AbstractContextManager[Answered]) -> None:
    with answer as stream:
        for event in stream.events:
            typer.echo(visible_json(event.to_json(delta=True)))


def _show(answer: AbstractContextManager[Answered], *, choices: int, schema: str | None) -> None:
    console = Console(highlight=False)
    figures = Figures()
    format_name = schema.rpartition(":")[2] if schema else None
    with (
        shown(console, figures, choices=choices, format_name=format_name) as show,
        answer as stream,
    ):
        for event in stream.events:
            figures.feed(event)
            show(event)
    if schema:
        for parsed in stream.parsed():
            if parsed is not None:
                console.print(Value(parsed))
    if not is_live(console):
        # The figures go to stderr, because stdout belongs to the answer alone.
        typer.echo(str(figures), err=True)
