# Made from ../_async/__init__.py by .ci/unasync.py: change it there.
"""The resource of a client that blocks."""
