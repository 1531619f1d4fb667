"""JSON that is still arriving: parsed as far as it goes, and seen without a copy."""
