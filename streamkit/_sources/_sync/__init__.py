# Made from ../_async/__init__.py by .ci/unasync.py: change it there.
"""What reads sources and other clients on the running loop."""
