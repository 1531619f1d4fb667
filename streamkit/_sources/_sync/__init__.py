# Made from ../_async/__init__.py by .ci/unasync.py: change it there.
"""The readers of sources and of other clients, for a client that blocks."""
