"""Sources that are not ours: other clients, and anything that yields a stream."""
