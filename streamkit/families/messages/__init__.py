"""The family of messages: Anthropic's Messages API, its events and its batches."""
