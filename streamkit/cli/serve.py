"""The command ``streamkit serve``."""

from __future__ import annotations

import logging
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from streamkit.cli.failures import MISUSED, failure

__all__ = ["serve"]


def serve(  # noqa: PLR0913 - one for each option
    *,
    host: Annotated[
        str, typer.Option(help="The address to listen at; others than loopback need a key.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 lets the system choose one.")
    ] = 8000,
    api_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="The key that requests must bear.")
    ] = None,
    seed: Annotated[
        int, typer.Option(help="The seed; another gives other answers to the same requests.")
    ] = 0,
    pace: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Time between two chunks of a stream.")
    ] = 0.0,
    token_size: Annotated[int, typer.Option(min=1, help="Characters in a token.")] = 4,
    fault: Annotated[
        str | None,
        typer.Option(
            metavar="FAULT", help="The fault of every answer, as cut?after=3 or status?code=429."
        ),
    ] = None,
    database: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", dir_okay=False, help="A file that keeps threads and files between runs."
        ),
    ] = None,
    cassette: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="A cassette that answers everything."
        ),
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(
            min=0, help="The speed of replays: 1 as recorded, as with --cassette, or 0 at once."
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST", help="Another host that requests may name."),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(metavar="ORIGIN", help="The origin of web pages that may use the server."),
    ] = None,
    log_requests: Annotated[
        bool, typer.Option("--log-requests", help="Log a line for each request to stderr.")
    ] = False,
) -> None:
    """Run the embedded server until Ctrl-C; it speaks as OpenAI's and Anthropic's APIs do.

    The server answers each request with made-up text, JSON or tool calls, the same for the same
    request, and replays recordings of a real model. Responses, assistants, threads, files, vector
    stores and batches are kept while it runs, or in a database. With a cassette, it answers each
    request as the recorded server did. A mark such as [[failed]] in a
    message selects the scenario of a run. Requests that name another host than this machine, or
    that a web page from elsewhere sends, are refused unless that host or origin is allowed; *
    allows any.
    """
    from streamkit.server import EmbeddedServer

    if log_requests:
        logging.basicConfig(format="%(asctime)s %(message)s")
        logging.getLogger("streamkit.server").setLevel(logging.INFO)
    try:
        server = EmbeddedServer(
            host=host,
            port=port,
            api_key=api_key,
            seed=seed,
            pace=pace,
            token_size=token_size,
            database=database,
            cassette=cassette,
            speed=speed if speed is not None else 0.0 if cassette is None else 1.0,
            allowed_hosts=allow_host or (),
            allowed_origins=allow_origin or (),
            log_requests=log_requests,
            fault=fault,
        )
    except (OSError, ValueError) as error:
        raise failure(str(error), code=MISUSED) from error
    try:
        server.start()
    except OSError as error:
        raise failure(f"cannot listen at {host}:{port}: {error.strerror or error}") from error
    if cassette is None:
        typer.echo(_instructions(server.url, needs_key=api_key is not None))
    else:
        typer.echo(f"Serving {cassette.name} at {server.url} (Ctrl-C stops)")
    try:
        server.wait()
    except KeyboardInterrupt:
        typer.echo("Stopped.")
    finally:
        server.stop()


def _instructions(url: str, *, needs_key: bool) -> str:
    key = "KEY" if needs_key else "any"
    base_url = f"{url}/v1"
    return f"""\
Serving at {base_url} (Ctrl-C stops)

  export OPENAI_BASE_URL={base_url} OPENAI_API_KEY={key}
  streamkit chat "Why is the sky blue?" --model any

  export ANTHROPIC_BASE_URL={url} ANTHROPIC_API_KEY={key}

  curl -N {base_url}/chat/completions -H 'authorization: Bearer {key}' \\
    -d '{{"model": "any", "stream": true, "messages": [{{"role": "user", "content": "Hi"}}]}}'

The models named recording:NAME replay recordings: see {base_url}/models
"""
