"""Messages for a client on the running loop."""
