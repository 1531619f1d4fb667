"""The fuzz targets, one per file; each ``check`` takes any bytes and fails on a finding.

``python -m tests.fuzz`` searches for new inputs, guided by the code that they reach. The suite
checks the corpus of each target every time; an input that was a finding is added to it.
"""
