# Made from ../_async/__init__.py by .ci/unasync.py: change it there.
"""Chat completions for a client that blocks."""
