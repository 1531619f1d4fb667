"""The readers of sources and of other clients, for a client on the running loop."""
