"""The drawing of values that fit a schema, from a seed."""
