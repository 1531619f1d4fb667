"""The HTTP clients of the library httpx2 that a program makes for ours."""

from __future__ import annotations

from typing import Any

import httpx2

from streamkit._http.default_httpx import with_defaults

__all__ = ["DefaultAsyncHttpx2Client", "DefaultHttpx2Client"]


class DefaultHttpx2Client(httpx2.Client):
    """An ``httpx2.Client`` for ``http_client=``, with our defaults where no option is given."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**with_defaults(options, httpx2))


class DefaultAsyncHttpx2Client(httpx2.AsyncClient):
    """An ``httpx2.AsyncClient`` for ``http_client=``, with our defaults where none is given."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**with_defaults(options, httpx2))
