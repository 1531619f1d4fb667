"""Chat completions: the request and its rules, the answers, and the response."""
