"""The soak: many concurrent streams with random faults and cancels, after which nothing is left."""
