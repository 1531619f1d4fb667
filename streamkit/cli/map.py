"""The command ``streamkit map``."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.console import Console

from streamkit._core.json.path import Path as JSONPath
from streamkit._core.json.path import PathError
from streamkit.cli.display import shown_map
from streamkit.cli.endpoint import (
    ApiKeyEnv,
    BaseUrl,
    Timeout,
    answering,
    api_key_named,
    base_url_or_usual,
    client_options,
)
from streamkit.cli.failures import FAILED, MISUSED, failure, reported
from streamkit.cli.mapping.lines import STDIN, LineError, opened_input
from streamkit.cli.mapping.record_file import ForeignFileError, RecordFile
from streamkit.cli.mapping.run import Run, StoppedError
from streamkit.cli.mapping.schema_file import format_of_file, is_schema_file
from streamkit.cli.mapping.template import MissingFieldError, Template
from streamkit.cli.protocols import Asked, ProtocolName, prompt_params, resource, shared_params
from streamkit.cli.schema_option import imported

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from streamkit import MapResults

__all__ = ["map_"]

PATIENCE = 20
"""The number of lines in a row that may fail, or that of the requests at once if it is greater."""


def map_(  # noqa: PLR0913 - one for each option
    source: Annotated[
        Path,
        typer.Argument(metavar="IN", help="The input, a JSON value a line; - reads it from stdin."),
    ],
    target: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="The file of answers; what it has is not asked again."),
    ],
    *,
    template: Annotated[
        str | None,
        typer.Option(
            "--template",
            "-t",
            metavar="TEXT",
            help="The prompt, with fields of a line as {field}; @FILE reads it from a file. Without"
            " it a line has the parameters of its request.",
        ),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|PKG.MOD:MODEL",
            help="The JSON schema or the type that answers are to have.",
        ),
    ] = None,
    items: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Write a line for each item at a path, as 'steps[*]'."),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="The number of requests at once.")
    ] = 8,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="The model; the embedded server needs none.")
    ] = None,
    api: Annotated[
        ProtocolName, typer.Option(help="The protocol: chat completions, Responses or Messages.")
    ] = "chat",
    system: Annotated[str | None, typer.Option(metavar="TEXT", help="A system message.")] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="The number of tokens that an answer may have.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(min=0, help="The sampling temperature.")
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask again what failed in earlier runs.")
    ] = False,
    base_url: BaseUrl = None,
    api_key_env: ApiKeyEnv = None,
    timeout: Timeout = None,
    max_retries: Annotated[
        int, typer.Option(min=0, help="The number of times to repeat a failed request.")
    ] = 5,
) -> None:
    """Ask a model about each line of a file, and write a line for each answer.

    A run that was stopped in any way, also by kill -9, goes on where it was when the same command
    is given again. A line that fails is written to OUT.errors.jsonl instead; --retry-failed asks
    those again.
    """
    with _misuse_reported(), reported():
        prompt = None if template is None else Template.of(template)
        path = None if items is None else JSONPath.of(items)
        format_ = _format(schema, api)
        base_url = base_url_or_usual(base_url, api)
        key = api_key_named(api_key_env, api)
        is_embedded = base_url is None and key is None
        asked = Asked(
            model=model or ("streamkit" if is_embedded else None),
            prompt="",
            system=system,
            choices=1,
            max_tokens=max_tokens,
            temperature=temperature,
            format=format_,
            is_usual_server=base_url is None,
        )
        has_model = model is not None or prompt is None
        options = client_options(timeout, max_retries)
        with (
            _record_files(source, target) as (answers, errors),
            answering(api, base_url, key, options, has_model=has_model) as client,
        ):
            if retry_failed:
                errors.clear()
            run = Run(
                answers,
                errors,
                params=_params_of(api, asked, prompt),
                parses=format_ is not None,
                items=path,
                patience=max(PATIENCE, jobs),
            )
            send = partial(
                resource(api, client).map, **shared_params(api, asked), max_concurrent=jobs
            )
            _ask(run, send, source)
    if run.failed:
        raise typer.Exit(FAILED)


def errors_of(target: Path) -> Path:
    """Return the file of the lines that failed, beside that of the answers."""
    if target.suffix in {".json", ".jsonl", ".ndjson"}:
        return target.with_suffix(".errors.jsonl")
    return target.with_name(f"{target.name}.errors.jsonl")


def _ask(run: Run, send: Callable[..., MapResults[Any, Any]], source: Path) -> None:
    """Ask about all lines that are not done, and say at the end how many are."""
    remaining, before = (None, 0) if str(source) == STDIN else _looked_through(run, source)
    total = None if remaining is None else remaining + before
    results: MapResults[Any, Any] | None = None
    try:
        with (
            opened_input(source) as raw,
            shown_map(Console(stderr=True), total, before) as show,
        ):
            results = send(run.requests(raw), on_progress=show)
            for result in results:
                run.take(result)
            run.finish()
    except (KeyboardInterrupt, StoppedError) as error:
        typer.echo("Stopped; the same command goes on from here.", err=True)
        if isinstance(error, StoppedError):
            raise failure(str(error)) from error
        raise
    finally:
        typer.echo(run.summary(results.progress if results else None, before), err=True)


def _looked_through(run: Run, source: Path) -> tuple[int, int]:
    """Return the number of lines to ask, and that of those that are done; check the first one."""
    with opened_input(source) as raw:
        return run.remaining(raw)


def _format(schema: str | None, api: ProtocolName) -> Any:
    if schema is None:
        return None
    return format_of_file(schema, api) if is_schema_file(schema) else imported(schema)


def _params_of(
    api: ProtocolName, asked: Asked, prompt: Template | None
) -> Callable[[Any], Mapping[str, Any]]:
    def params(line: Any) -> Mapping[str, Any]:
        if prompt is not None:
            return prompt_params(api, asked._replace(prompt=prompt.fill(line)))
        if not isinstance(line, dict):
            raise LineError("without --template a line is an object: the parameters of a request")
        return cast("dict[str, Any]", line)

    return params


@contextmanager
def _record_files(source: Path, target: Path) -> Generator[tuple[RecordFile, RecordFile]]:
    if str(source) != STDIN and source.resolve() == target.resolve():
        raise ForeignFileError(f"{target} is the input: name another file for the answers")
    # A device or a pipe cannot be read again, and a read of /dev/full never ends.
    if str(target) == STDIN or (target.exists() and not target.is_file()):
        raise ForeignFileError(f"{target} is no file from which a run can go on: name one")
    with RecordFile(target) as answers, RecordFile(errors_of(target)) as errors:
        yield answers, errors


@contextmanager
def _misuse_reported() -> Generator[None]:
    """Report what is wrong with a file or an option."""
    try:
        yield
    except (ForeignFileError, MissingFieldError, PathError) as error:
        raise failure(str(error), code=MISUSED) from error
    except UnicodeDecodeError as error:
        raise failure(f"the template is not in UTF-8: {error}", code=MISUSED) from error
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        raise failure(f"{error.filename}: {error.strerror}", code=MISUSED) from error
    except OSError as error:  # such as a disk that is full
        raise failure(str(error)) from error
