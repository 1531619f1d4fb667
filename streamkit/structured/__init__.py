"""Response formats and tools: what is asked for, and how it is read."""
