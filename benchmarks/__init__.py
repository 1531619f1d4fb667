"""What a stream costs, beside the packages one would use instead; one question a file.

``python -m benchmarks`` asks all of them; the README says how to read the answers.
"""
