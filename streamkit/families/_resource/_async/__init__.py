"""The base of the resources of a client on the running loop."""
