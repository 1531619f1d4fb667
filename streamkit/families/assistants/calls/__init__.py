"""What each call of the assistants sends, and how it is read."""
