"""Benchmarks of streams against alternative packages; each file answers one question.

``python -m benchmarks`` runs all of them; the README explains the tables.
"""
