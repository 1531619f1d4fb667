# Made from ../_async/__init__.py by .ci/unasync.py: change it there.
"""The recording transport of the async client."""
