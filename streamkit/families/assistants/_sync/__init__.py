# Made from ../_async/__init__.py by .ci/unasync.py: change it there.
"""The Assistants resources of a client that blocks."""
