# Made from ../_async/__init__.py by .ci/unasync.py: change it there.
"""Responses for a client that blocks."""
