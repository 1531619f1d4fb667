"""The HTTP client on aiohttp that a program makes for ours (the extra ``aiohttp``)."""

from __future__ import annotations

from typing import Any

import httpx_aiohttp

from streamkit._http.default_httpx import with_defaults

__all__ = ["DefaultAioHttpClient"]


class DefaultAioHttpClient(httpx_aiohttp.HttpxAiohttpClient):
    """An async HTTP client on aiohttp for ``http_client=``, for very many streams at once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**with_defaults(options))
