"""Vector stores, their files, and batches of those."""

from __future__ import annotations

from streamkit.server.vector_stores import batches, members, stores

ROUTES = (*stores.ROUTES, *members.ROUTES, *batches.ROUTES)
"""Method, path and handler of each request."""
