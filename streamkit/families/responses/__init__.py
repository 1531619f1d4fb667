"""Responses: the API's successor of chat completions, with typed items and events."""
