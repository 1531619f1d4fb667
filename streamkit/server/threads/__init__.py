"""Assistants, and threads with their messages, runs and steps."""

from __future__ import annotations

from streamkit.server.threads import assistants, messages, runs, steps, threads

ROUTES = (
    *assistants.ROUTES,
    *runs.ROUTES,  # `/threads/runs` is no thread
    *threads.ROUTES,
    *messages.ROUTES,
    *steps.ROUTES,
)
"""Method, path and handler of each request."""
