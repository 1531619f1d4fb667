"""The function that records what a client sends and receives."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from streamkit._core.arguments import require_flag
from streamkit.recording._async.transport import AsyncRecordingTransport
from streamkit.recording._sync.transport import RecordingTransport
from streamkit.recording.attaching import attached
from streamkit.recording.clock import SYSTEM, Clock
from streamkit.recording.leaving_out import LeavingOut
from streamkit.recording.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from os import PathLike

__all__ = ["record"]

C = TypeVar("C")


@contextmanager
def record(  # noqa: PLR0913 - what is left out, by keyword
    client: C,
    path: str | PathLike[str],
    *,
    secrets: Iterable[str] = (),
    fields: Iterable[str] = (),
    kept_headers: Iterable[str] = (),
    overwrite: bool = True,
    clock: Clock = SYSTEM,
) -> Generator[C]:
    """Write every exchange of a client to a cassette while the block lasts.

        with record(client, "chat.jsonl"):
            client.chat.completions.create(...)

    The client is used as it is, also by other threads, and sends and receives the same as without a
    recorder. A cassette of that name is replaced, unless ``overwrite`` is false. Streams that are
    open when the block ends go on, and the cassette has what had come of them.

    Args:
        client: A client of ours, of the ``openai`` or ``anthropic`` package, of httpx or httpx2,
            or what ``from_openai`` and ``from_anthropic`` return; blocking or async.
        path: The file to write.
        secrets: Texts that are left out wherever they occur, besides the client's own key.
        fields: Paths of parts of a request's JSON body that are left out, such as ``user`` or
            ``messages[*].content``.
        kept_headers: The names of headers that are no secrets.
        overwrite: Whether a file of that name is replaced; if not, it is an error.
        clock: The clock that times the reads.

    Raises:
        FileExistsError: There is such a file, and ``overwrite`` is false.
        OSError: The file cannot be written; one that fails later is raised when the block ends.
        TypeError: The client has no HTTP client like that of httpx.
    """
    leaving_out = LeavingOut(secrets, fields, kept_headers)
    require_flag("overwrite", overwrite)
    writer = Writer(path, clock, overwrite=overwrite)

    def recording(transport: Any, is_async: bool) -> Any:  # noqa: FBT001 - as `attached` calls it
        kind = AsyncRecordingTransport if is_async else RecordingTransport
        return kind(transport, writer, leaving_out)

    try:
        with attached(client, recording):
            yield client
    finally:
        writer.close()
