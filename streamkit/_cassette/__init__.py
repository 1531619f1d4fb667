"""Cassettes as files and values: what is recorded, and which recording answers a request."""
