"""Assistants, and threads with their messages, runs and steps."""

from __future__ import annotations

from streamkit.server.threads import assistants, messages, runs, steps, threads

ROUTES = (
    *assistants.ROUTES,
    *runs.ROUTES,  # before threads, because `/threads/runs` is not a thread
    *threads.ROUTES,
    *messages.ROUTES,
    *steps.ROUTES,
)
"""The method, path and handler of each request."""
