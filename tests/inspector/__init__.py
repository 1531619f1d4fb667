"""The inspector: its model of a stream, what it answers, and its page."""
