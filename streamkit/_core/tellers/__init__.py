"""Machines that emit what grows in an answer, piece by piece and whole at its end."""
