"""The client on the running loop."""
