"""The command ``streamkit serve``."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from streamkit.cli.event_log import NAMES, opened
from streamkit.cli.failures import MISUSED, failure, reported
from streamkit.cli.listening import AllowHost, Port  # noqa: TC001 - typer reads the annotations

if TYPE_CHECKING:
    from streamkit.eventlog import EventLog
    from streamkit.server import EmbeddedServer

__all__ = ["serve"]

PATIENCE = 5.0
"""The seconds for which a log that is away is tried again."""


def serve(  # noqa: PLR0913 - one for each option
    *,
    host: Annotated[
        str, typer.Option(help="The address to listen at; others than loopback need a key.")
    ] = "127.0.0.1",
    port: Port = 8000,
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
    allow_host: AllowHost = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(metavar="ORIGIN", help="The origin of web pages that may use the server."),
    ] = None,
    demo_page: Annotated[
        bool, typer.Option("--demo-page", help="Serve a chat page too, whose answers go on.")
    ] = False,
    log: Annotated[
        str | None,
        typer.Option(metavar=NAMES, help="The log that keeps the page's answers: memory."),
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
    allows any. With --demo-page it serves a chat page too, whose answers are kept in an event log:
    they go on when the page is reloaded, and in other tabs.
    """
    from streamkit.server import EmbeddedServer
    from streamkit.server.hosts import is_loopback

    if log is not None and not demo_page:
        raise failure("--log is where --demo-page keeps its answers: give both", code=MISUSED)
    if demo_page and cassette is not None:
        raise failure("--demo-page has answers of its own: leave out --cassette", code=MISUSED)
    if demo_page and not is_loopback(host):
        raise failure("--demo-page asks for no key: leave out --host", code=MISUSED)
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
    with ExitStack() as open_:
        # Before the server starts, so that a log that cannot be used is all that is said.
        kept = open_.enter_context(_opened(log or "memory")) if demo_page else None
        try:
            server.start()
        except OSError as error:
            raise failure(f"cannot listen at {host}:{port}: {error.strerror or error}") from error
        open_.callback(server.stop)
        if cassette is None:
            typer.echo(_instructions(server.url, needs_key=api_key is not None))
        else:
            typer.echo(f"Serving {cassette.name} at {server.url} (Ctrl-C stops)")
        try:
            if kept is not None:
                _wait_with_page(server, kept, pace, api_key)
            else:
                server.wait()
        except KeyboardInterrupt:
            typer.echo("Stopped.")


def _wait_with_page(
    server: EmbeddedServer, kept: EventLog, pace: float, api_key: str | None
) -> None:
    """Serve the chat page as well, until the server stops."""
    from streamkit.cli.demo_page import PACE, demo_page

    with demo_page(server, kept, pace=pace or PACE, api_key=api_key) as address:
        typer.echo(f"The chat page: {address}")
        server.wait()


def _opened(name: str) -> EventLog:
    """Return the log of a name, which can be used."""
    with reported():
        try:
            log = opened(name, prefix="streamkit-page:", patience=PATIENCE)
        except ValueError as error:
            raise failure(str(error), code=MISUSED) from error
        try:
            log.status("")
        except BaseException:
            log.close()
            raise
    return log


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
