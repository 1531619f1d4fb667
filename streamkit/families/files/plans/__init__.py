"""How each thing about files is polled."""
