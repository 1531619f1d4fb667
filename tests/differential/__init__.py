"""Tests that compare streamkit with the openai package on the same bytes."""
