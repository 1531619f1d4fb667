"""The vocabulary that all families share: their common events, and the final answer."""
