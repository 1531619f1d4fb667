"""The soak: many streams at once with random faults and cancels, after which nothing may remain."""
