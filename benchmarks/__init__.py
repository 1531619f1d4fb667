"""One question a file, run as ``python -m benchmarks.<name>``; no test measures time."""
