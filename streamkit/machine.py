"""The base class of custom operators: a state machine, which :func:`lift` makes an operator."""

from __future__ import annotations

from streamkit._core.machine import Machine

__all__ = ["Machine"]
