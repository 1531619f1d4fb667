"""Files, vector stores and uploads."""
