"""What is fuzzed: a file a target, whose ``check`` takes any bytes and fails on a finding.

``python -m tests.fuzz`` looks for new inputs, guided by what code they reach. The corpus of each
target is what the suite checks every time; an input that was a finding is added to it.
"""
