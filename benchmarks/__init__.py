"""Benchmarks of streams, against the packages that one would use instead; one question per file.

``python -m benchmarks`` runs all of them; the README explains the tables.
"""
