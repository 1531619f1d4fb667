"""What the resources of a client on the running loop have in common."""
