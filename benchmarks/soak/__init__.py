"""A soak: many streams at once, faults and cancels at random, and nothing may be left of them."""
