"""Chat completions for a client that blocks."""
