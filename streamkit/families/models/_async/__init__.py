"""The resource of a client on the running loop."""
