"""What an operator of one's own is made of: a state machine, which :func:`lift` makes one."""

from __future__ import annotations

from streamkit._core.machine import Machine

__all__ = ["Machine"]
