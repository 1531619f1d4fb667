"""Chat completions for a client on the running loop."""
