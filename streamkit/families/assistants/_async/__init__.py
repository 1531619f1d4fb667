"""The Assistants resources of a client on the running loop."""
