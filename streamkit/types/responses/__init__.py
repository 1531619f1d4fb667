"""The responses of the API, their items, and the events of their streams."""
