"""The fixture of pytest that records a test once, and replays that from then on."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pytest

from streamkit.recording import record, replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["UseCassette", "cassette"]

C = TypeVar("C")

_VARIABLE = "STREAMKIT_RECORD"


class UseCassette(Protocol):
    """A function that puts a cassette below a client, and returns the client."""

    def __call__(
        self,
        client: C,
        *,
        secrets: Iterable[str] = (),
        fields: Iterable[str] = (),
        ignored: Iterable[str] = (),
        speed: float = 0.0,
    ) -> C:
        """Record the client's exchanges, or replay them; the options are those of both."""
        ...


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Iterator[UseCassette]:
    """Return a function that has a client replay the test's cassette.

        def test_it(cassette):
            client = cassette(OpenAI())

    The cassettes of a test are ``cassettes/MODULE/TEST.jsonl`` beside its file, and
    ``TEST-2.jsonl`` for its second client. With ``STREAMKIT_RECORD=1`` in the environment the
    client sends its requests, and they are recorded anew. Without it nothing is ever sent, and a
    test whose cassette is missing fails.
    """
    test = re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")
    folder = request.path.parent / "cassettes" / request.path.stem
    is_recording = os.environ.get(_VARIABLE, "0") != "0"
    used = 0
    with ExitStack() as stack:

        def use(
            client: Any,
            *,
            secrets: Iterable[str] = (),
            fields: Iterable[str] = (),
            ignored: Iterable[str] = (),
            speed: float = 0.0,
        ) -> Any:
            nonlocal used
            used += 1
            path = folder / (f"{test}-{used}.jsonl" if used > 1 else f"{test}.jsonl")
            if is_recording:
                folder.mkdir(parents=True, exist_ok=True)
                return stack.enter_context(record(client, path, secrets=secrets, fields=fields))
            if not path.exists():
                raise FileNotFoundError(
                    f"there is no cassette {path}: run the test once with {_VARIABLE}=1"
                )
            transport = replay(path, ignored=ignored, speed=speed)
            return stack.enter_context(transport.into(client))

        yield use
