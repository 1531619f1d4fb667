"""A part of a task that others may cancel without the rest of the task."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from streamkit._rx.loop import call_on

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Cancellable"]


class Cancellable:
    """A context in the running task; ``cancel`` leaves it as if its block had come to its end."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._is_within = False
        self._cancelled_before = 0
        self._has_cancelled = False

    def cancel(self) -> None:
        """Leave the block where it waits; do nothing if the block itself calls.

        Any thread may call this.
        """
        call_on(self._loop, self._cancel)

    def __enter__(self) -> Self:
        self._is_within = True
        self._cancelled_before = self._task.cancelling() if self._task else 0
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        self._is_within = False
        if not self._has_cancelled or self._task is None:
            return False
        # Other code may have cancelled the task as well, and then means the whole task.
        is_ours = self._task.uncancel() <= self._cancelled_before
        return is_ours and isinstance(error, asyncio.CancelledError)

    def _cancel(self) -> None:
        task = self._task
        if self._is_within and task is not None and asyncio.current_task() is not task:
            self._has_cancelled = True
            task.cancel()
