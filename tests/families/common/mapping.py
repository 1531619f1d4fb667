"""The ways to read the results of ``map``, with each client."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from streamkit import AsyncOpenAI, OpenAI

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["WAYS", "Way", "looped", "looped_async"]


class Way(Protocol):
    """A function that reads the results until ``leaves_at`` returns true for one."""

    def __call__(
        self, url: str, requests: Any, leaves_at: Callable[[Any], object] = ..., **options: Any
    ) -> list[Any]: ...


def _nothing(_: object) -> bool:
    return False


def looped(
    url: str, requests: Any, leaves_at: Callable[[Any], object] = _nothing, **options: Any
) -> list[Any]:
    """Return what a ``for`` yields, and the error that ends it."""
    seen: list[Any] = []
    with OpenAI(base_url=url, api_key="k", max_retries=options.pop("max_retries", 2)) as client:
        try:
            for result in client.chat.completions.map(requests, **options):
                seen.append(result)
                if leaves_at(result):
                    break
        except Exception as error:  # noqa: BLE001 - the tests look at it
            seen.append(error)
    return seen


def looped_async(
    url: str, requests: Any, leaves_at: Callable[[Any], object] = _nothing, **options: Any
) -> list[Any]:
    """Return what an ``async for`` yields, and the error that ends it."""

    async def main() -> list[Any]:
        seen: list[Any] = []
        retries = options.pop("max_retries", 2)
        async with AsyncOpenAI(base_url=url, api_key="k", max_retries=retries) as client:
            try:
                async for result in client.chat.completions.map(requests, **options):
                    seen.append(result)
                    if leaves_at(result):
                        break
            except Exception as error:  # noqa: BLE001 - the tests look at it
                seen.append(error)
        return seen

    return asyncio.run(main())


WAYS: dict[str, Way] = {"for": looped, "async for": looped_async}
