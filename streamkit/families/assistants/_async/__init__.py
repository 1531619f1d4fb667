"""Assistants for the running loop; the source of ``_sync``."""
