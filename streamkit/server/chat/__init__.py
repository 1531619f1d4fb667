"""Chat completions: a request and its rules, what is answered, and how that is sent."""
