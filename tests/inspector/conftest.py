"""The inspector as tests use it: served on loopback, and asked as its page asks."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from streamkit.inspector import Inspector
from tests.inspector.recordings import KEYS, cassette

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Get = Callable[..., Any]


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    """An inspector of a cassette with every kind of stream."""
    with Inspector(cassette()) as served:
        yield served


@pytest.fixture(scope="module")
def http(inspector: Inspector) -> Iterator[httpx.Client]:
    """A client of the inspector."""
    with closing(httpx.Client(base_url=inspector.url)) as client:
        yield client


@pytest.fixture(scope="module")
def get(http: httpx.Client) -> Get:
    """A function that asks for a view of the stream of a name."""

    def ask(name: str, view: str = "", **params: Any) -> Any:
        path = f"api/streams/{KEYS[name]}" + (f"/{view}" if view else "")
        return http.get(path, params=params).raise_for_status().json()

    return ask
