"""The plans of the polling helpers, by resource: what starts the work, and what asks for it."""
