"""The secrets of a recording, which its recorder or a person may have left in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from streamkit._cassette.recording import Read, Recording
from streamkit._core.redacted import REDACTED
from streamkit.recording.leaving_out import LeavingOut

if TYPE_CHECKING:
    from streamkit._cassette.recording import Headers
    from streamkit.recording.leaving_out import Secrets

__all__ = ["masked"]


def masked(recording: Recording) -> Recording:
    """Return a recording without what a recorder leaves out; mostly it is already without."""
    import httpx

    leaving_out = LeavingOut((), (), ())
    sent = httpx.Headers(_raw(recording.request_headers))
    # The mark in the place of a secret is no secret.
    known = [(name, value) for name, value in sent.raw if REDACTED.encode() not in value]
    try:
        url = httpx.URL(recording.url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    secrets = leaving_out.secrets(httpx.Request(recording.method, url, headers=known))
    shown = replace(
        recording,
        url=leaving_out.url(url, secrets),
        request_headers=leaving_out.headers(sent, secrets),
        headers=leaving_out.headers(httpx.Headers(_raw(recording.headers)), secrets),
    )
    return _without(shown, secrets) if secrets else shown


def _raw(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers]


def _without(recording: Recording, secrets: Secrets) -> Recording:
    return replace(
        recording,
        request=secrets.value(recording.request),
        reads=tuple(Read(read.seconds, _bytes(read.data, secrets)) for read in recording.reads),
    )


def _bytes(data: bytes, secrets: Secrets) -> bytes:
    text = secrets.text(data.decode("utf-8", "surrogateescape"))
    return text.encode("utf-8", "surrogateescape")
