"""Emitters: machines that emit the pieces of a growing text or call, and the whole at its end."""
