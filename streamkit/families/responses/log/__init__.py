"""The append-only log of a response; every event is a position in it."""
