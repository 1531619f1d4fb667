# Made from ../_async/__init__.py by .ci/unasync.py: change it there.
"""What the resources of a client that blocks have in common."""
