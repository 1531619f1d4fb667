"""The command ``streamkit inspect``."""

from __future__ import annotations

import webbrowser
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qs, urlsplit

import typer

from streamkit.cli.failures import MISUSED, failure

if TYPE_CHECKING:
    from streamkit.eventlog import EventLog
    from streamkit.inspector import Inspector

__all__ = ["inspect"]

OF_REDIS = ("redis://", "rediss://", "unix://")
"""The beginnings of the addresses of logs in Redis or Valkey."""


def inspect(  # noqa: PLR0913 - one for each option
    cassettes: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[CASSETTE]...", exists=True, dir_okay=False, help="The files to show."
        ),
    ] = None,
    *,
    live: Annotated[
        str | None,
        typer.Option(
            metavar="API|LOG",
            help="The base URL of an API, or an event log: a file, or redis://HOST/0?prefix=NAME.",
        ),
    ] = None,
    stream: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="A stream of the event log; give it for each."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port of the page; 0 is any free one.")
    ] = 0,
    proxy_port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port before the API; 0 is any free one.")
    ] = 0,
    cassette: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", dir_okay=False, help="The cassette in which live traffic is kept."
        ),
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="A text that is left out of live traffic."),
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Show streams in the browser: their bytes, events and objects at any moment.

    Give cassettes, two to see them side by side; or --live with the base URL of an API, to see and
    record what passes to it; or --live with an event log. The page is for this machine alone, and
    only shows.
    """
    from streamkit.eventlog import EventLogError
    from streamkit.inspector import Inspector

    if not cassettes and live is None:
        raise failure("give a cassette, or --live with an API or an event log", code=MISUSED)
    is_api = live is not None and live.startswith(("http://", "https://"))
    if live is not None and not is_api:
        _require_log(live)
        if not stream:
            raise failure("say with --stream which streams of the event log to show", code=MISUSED)
    elif stream:
        raise failure("--stream is for --live with an event log", code=MISUSED)
    if not is_api and (proxy_port or cassette or secret):
        options = "--proxy-port, --cassette and --secret"
        raise failure(f"{options} are for --live with the URL of an API", code=MISUSED)
    if cassette is not None and cassette.exists() and cassette.stat().st_size:
        raise failure(f"{cassette} is there already: name a file to be written", code=MISUSED)
    with ExitStack() as opened:
        try:
            inspector = opened.enter_context(Inspector(*(cassettes or ()), port=port))
            if live is not None and is_api:
                _before(inspector, live, proxy_port, cassette, secret or [])
            elif live is not None:
                log = opened.enter_context(_log(live))
                opened.callback(inspector.stop)  # before the log is closed
                inspector.follow(log, *(stream or ()), source=live.partition("?")[0])
        except (OSError, ValueError, EventLogError) as error:
            raise failure(str(error), code=MISUSED) from error
        url = inspector.url + ("#/compare" if len(cassettes or ()) == 2 else "")
        typer.echo(f"Inspecting at {url} (Ctrl-C stops)")
        if open_:
            webbrowser.open(url)
        try:
            inspector.wait()
        except KeyboardInterrupt:
            typer.echo("Stopped.")


def _before(
    inspector: Inspector, api: str, port: int, cassette: Path | None, secrets: list[str]
) -> None:
    base_url, kept = inspector.proxy(api, port=port, cassette=cassette, secrets=secrets)
    root = base_url.removesuffix("/v1")
    # The address of Anthropic's API is without `/v1`, and many name others so as well.
    has_path = urlsplit(base_url).path not in ("", "/")
    typer.echo(f"""\
Recording what passes {base_url} to {api}, in {kept}

  export OPENAI_BASE_URL={base_url if has_path else f"{root}/v1"}
  export ANTHROPIC_BASE_URL={root}
""")


def _require_log(name: str) -> None:
    if not name.startswith(OF_REDIS) and not Path(name).is_file():
        said = f"{name} is neither the URL of an API, as https://api.openai.com/v1,"
        raise failure(f"{said} nor the file of an event log", code=MISUSED)


def _log(name: str) -> EventLog:
    from streamkit.eventlog import RedisLog, SQLiteLog

    if name.startswith(OF_REDIS):
        url, _, query = name.partition("?")
        prefix = parse_qs(query).get("prefix")
        if not prefix:
            raise ValueError("the address of a log in Redis ends with ?prefix=NAME")
        return RedisLog(url, prefix=prefix[0])
    return SQLiteLog(name)
