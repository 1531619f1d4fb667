# Made from ../_async/__init__.py by .ci/unasync.py: change it there.
"""Messages for a client that blocks."""
