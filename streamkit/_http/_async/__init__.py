"""The transport of requests for a client on the running loop."""
