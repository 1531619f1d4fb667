"""Responses for a client on the running loop."""
