"""Vector stores, their files and batches of files."""

from __future__ import annotations

from streamkit.server.vector_stores import batches, members, stores

ROUTES = (*stores.ROUTES, *members.ROUTES, *batches.ROUTES)
"""The method, path and handler of each request."""
