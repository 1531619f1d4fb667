"""A part of a task that others may cancel, and the task goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from streamkit._rx.loop import call_on

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Cancellable"]


class Cancellable:
    """A block of the running task; to cancel it ends it as if it had come to its end."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._is_within = False
        self._cancelled_before = 0
        self._has_cancelled = False

    def cancel(self) -> None:
        """Leave the block where it waits; from any thread. Within the block itself, do nothing."""
        call_on(self._loop, self._cancel)

    def __enter__(self) -> Self:
        self._is_within = True
        self._cancelled_before = self._task.cancelling() if self._task else 0
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        self._is_within = False
        if not self._has_cancelled or self._task is None:
            return False
        # Somebody else may have cancelled the task as well, and then means all of it.
        is_ours = self._task.uncancel() <= self._cancelled_before
        return is_ours and isinstance(error, asyncio.CancelledError)

    def _cancel(self) -> None:
        task = self._task
        if self._is_within and task is not None and asyncio.current_task() is not task:
            self._has_cancelled = True
            task.cancel()
