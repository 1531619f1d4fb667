"""The command ``streamkit proxy``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from streamkit.cli.endpoint import (
    MaxRetries,
    Timeout,
    api_key_named,
    base_url_or_usual,
    client_options,
)
from streamkit.cli.event_log import NAMES, opened
from streamkit.cli.failures import MISUSED, failure, reported
from streamkit.cli.listening import AllowHost, Port  # noqa: TC001 - typer reads the annotations
from streamkit.cli.protocols import ProtocolName  # noqa: TC001 - typer reads the annotations
from streamkit.errors import StreamkitError

if TYPE_CHECKING:
    from streamkit.eventlog import EventLog

__all__ = ["proxy"]

FrontName: TypeAlias = Literal["ui-message", "ag-ui", "chat", "responses"]


def proxy(  # noqa: PLR0913 - one for each option
    *,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="The address of the API; by default OPENAI_BASE_URL, or the usual."
        ),
    ] = None,
    as_: Annotated[
        FrontName, typer.Option("--as", help="The protocol of the proxy's clients.")
    ] = "ui-message",
    api: Annotated[
        ProtocolName,
        typer.Option(help="The protocol of the API: chat completions, Responses or Messages."),
    ] = "chat",
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", help="The model of requests that name none."),
    ] = None,
    api_key_env: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The variable with the key for all requests. By default a request's own key is"
            " passed on and, on loopback, one without a key gets that of OPENAI_API_KEY.",
        ),
    ] = None,
    log: Annotated[
        str | None,
        typer.Option(
            metavar=NAMES,
            help="A log that keeps the streams, so that readers can join and resume them.",
        ),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Let a stream go on when its client leaves.")
    ] = False,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Port = 8080,
    allow_host: AllowHost = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(metavar="ORIGIN", help="The origin of web pages that may use the proxy."),
    ] = None,
    keep_alive: Annotated[
        float,
        typer.Option(
            min=0, metavar="SECONDS", help="Silence after which a comment is sent; 0 sends none."
        ),
    ] = 15,
    grace: Annotated[
        int,
        typer.Option(min=0, metavar="SECONDS", help="Time for open streams to end after Ctrl-C."),
    ] = 10,
    timeout: Timeout = None,
    max_retries: MaxRetries = 2,
) -> None:
    """Put a relay, and a log if you like, before any API; it runs until Ctrl-C.

    Clients speak one protocol (--as), the API behind another (--api): **ui-message** is that of
    useChat of Vercel's AI SDK, **ag-ui** that of AG-UI, **chat** and **responses** those of OpenAI.
    Where both are the same, what the API sends is passed on as it is.

    With --log a GET of PATH/ID/stream joins a stream, after the event that Last-Event-ID names,
    and a POST to PATH/ID/stop ends it. The ID is that of the chat or thread, or the header
    x-stream-id. A client that leaves ends the request to the API, unless --keep is given. Web pages
    may use the proxy only with --allow-origin; * allows any.
    """
    from streamkit.proxy import FRONTS, create_app
    from streamkit.proxy.running import run
    from streamkit.server.hosts import is_loopback

    key = api_key_named(api_key_env, api)
    if api_key_env is None and not is_loopback(host):
        key = None  # others could use it up
    kept: EventLog | None = None
    try:
        with reported():
            kept = None if log is None else opened(log, prefix="streamkit-proxy:")
        app = create_app(
            as_,
            api=api,
            base_url=base_url_or_usual(to, api),
            model=model,
            api_key=key,
            shares_key=api_key_env is not None,
            log=kept,
            keep=keep,
            keep_alive=keep_alive or None,
            allowed_hosts=[*(allow_host or ()), *([host.partition("%")[0]] if host else [])],
            allowed_origins=allow_origin or (),
            **_options(timeout, max_retries),
        )
    except (ValueError, StreamkitError) as error:
        if kept is not None:
            kept.close()
        raise failure(str(error), code=MISUSED) from error

    def started(url: str) -> None:
        typer.echo(f"Serving {as_} at {url}{FRONTS[as_].path} (Ctrl-C stops)")

    try:
        run(app, host, port, grace=grace, started=started)
    except OSError as error:
        raise failure(f"cannot listen at {host}:{port}: {error.strerror or error}") from error
    except KeyboardInterrupt:
        typer.echo("Stopped.")
    finally:
        if kept is not None:
            kept.close()


def _options(timeout: float | None, max_retries: int) -> dict[str, Any]:
    return {**client_options(timeout, max_retries)}
