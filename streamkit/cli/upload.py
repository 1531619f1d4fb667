"""The command ``streamkit upload``."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from streamkit.cli.display import described, is_live, shown_upload, visible_line
from streamkit.cli.endpoint import (
    ApiKeyEnv,
    BaseUrl,
    MaxRetries,
    Timeout,
    api_key_named,
    base_url_or_usual,
    client_options,
)
from streamkit.cli.failures import failure, reported
from streamkit.client import OpenAI
from streamkit.errors import StreamkitError
from streamkit.families.files.batch_upload import MAX_CONCURRENCY, UploadProgress

if TYPE_CHECKING:
    from streamkit.types.vector_stores import VectorStoreFileBatch

__all__ = ["upload"]


def upload(  # noqa: PLR0913 - one for each option
    store: Annotated[str, typer.Argument(metavar="STORE", help="The id of the vector store.")],
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE", exists=True, dir_okay=False, readable=True, help="A file to upload."
        ),
    ],
    *,
    base_url: BaseUrl = None,
    api_key_env: ApiKeyEnv = None,
    max_concurrency: Annotated[
        int, typer.Option(min=1, help="The number of files to send at a time.")
    ] = MAX_CONCURRENCY,
    poll_interval: Annotated[
        float | None,
        typer.Option(
            min=0, metavar="SECONDS", help="The time between polls, unless the server sets it."
        ),
    ] = None,
    max_wait: Annotated[
        float | None,
        typer.Option(min=0, metavar="SECONDS", help="The longest time to wait for the processing."),
    ] = None,
    timeout: Timeout = None,
    max_retries: MaxRetries = 2,
) -> None:
    """Upload files into a vector store, and wait until they can be searched.

    Bars show the progress on a terminal, and lines anywhere else. The command fails when one of
    the files fails.
    """
    options = client_options(timeout, max_retries)
    base_url = base_url_or_usual(base_url)
    api_key = api_key_named(api_key_env)
    if base_url is None and api_key is None:
        raise typer.BadParameter("say where the API is, or set a key", param_hint="--base-url")
    console = Console(highlight=False)
    names: dict[str, str] = {}
    failures: list[Exception] = []
    batches: list[VectorStoreFileBatch] = []

    # A server that the user names may need no key; without one, none is sent.
    with reported(), OpenAI(base_url=base_url, api_key=api_key or "") as opened:
        client = opened.with_options(**options)
        states = client.vector_stores.file_batches.observe_upload_and_poll(
            store,
            files=files,
            max_concurrency=max_concurrency,
            poll_interval_ms=None if poll_interval is None else poll_interval * 1000,
            max_wait_seconds=max_wait,
        )
        with shown_upload(console, len(files)) as show:

            def take(state: UploadProgress | VectorStoreFileBatch) -> None:
                show(state)
                if not isinstance(state, UploadProgress):
                    batches[:] = [state]
                elif state.file_id is not None:
                    names[state.file_id] = state.filename

            states.subscribe(take, failures.append)
        if failures:
            raise _as_exit(failures[0])
        _conclude(client, batches[0], names, is_shown=not is_live(console))


def _as_exit(error: Exception) -> Exception:
    """Report an error of a local file and return the command's exit; return any other error."""
    if isinstance(error, OSError) and error.filename is not None:
        notes = "\n".join(getattr(error, "__notes__", ()))
        return failure(f"{error.filename}: {error.strerror}\n{notes}".rstrip())
    return error


def _conclude(
    client: OpenAI, batch: VectorStoreFileBatch, names: dict[str, str], *, is_shown: bool
) -> None:
    if batch.status == "completed" and not batch.file_counts.failed:
        if not is_shown:
            typer.echo(described(batch))
        return
    reasons: list[str] = []
    with suppress(StreamkitError):  # the failure is reported in any case
        failed = client.vector_stores.file_batches.list_files(
            batch.id, vector_store_id=batch.vector_store_id, filter="failed"
        )
        reasons = [
            visible_line(f"{names.get(file.id, file.id)}: {file.last_error.message}")
            for file in failed
            if file.last_error
        ]
    raise failure("\n".join([described(batch), *reasons]))
