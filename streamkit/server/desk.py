"""What the handlers of requests share."""

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
    """A server's store, and what it was told when it was made."""

    store: Store
    seed: int
    scenarios: Mapping[str, Scenario]
    """What a run can be asked to do, by name."""
    any_assistant: bool
    """Whether a run may name an assistant that nobody created."""
    upload_limit: int
    """Bytes that an uploaded file may have."""
    serve: Callable[[str], None]
    """Raises the API's error when a model of this name is not served."""
    streaming: dict[str, anyio.Event] = field(default_factory=dict["str", "anyio.Event"])
    """The runs that a stream drives at this moment; an event that is set asks one to look up."""
