"""Response formats and tools: how a request declares them, and how an answer is read."""
