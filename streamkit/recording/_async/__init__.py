"""The recording transport of the async client."""
