"""Assistants for a client that blocks."""
