"""Files for a client that blocks."""
