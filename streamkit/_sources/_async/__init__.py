"""What reads sources and other clients on the running loop."""
