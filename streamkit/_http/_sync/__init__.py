# Made from ../_async/__init__.py by .ci/unasync.py: change it there.
"""The transport of requests for a client that blocks."""
