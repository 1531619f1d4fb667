"""The objects that all handlers of requests share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import anyio

    from streamkit.server.store import Store
    from streamkit.server.threads.scenario import Scenario


@dataclass(frozen=True)
class Desk:
    """A server's store and options, as its handlers need them."""

    store: Store
    seed: int
    scenarios: Mapping[str, Scenario]
    """The scenarios that a run can follow, by name."""
    any_assistant: bool
    """Whether a run may name an assistant that does not exist."""
    upload_limit: int
    """The number of bytes that an uploaded file may have."""
    serve: Callable[[str], None]
    """A function that raises the API's error when a model is not served."""
    streaming: dict[str, anyio.Event] = field(default_factory=dict["str", "anyio.Event"])
    """The runs that a stream drives now; its event, once set, makes it read the run again."""
