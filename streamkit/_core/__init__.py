"""The machines and their parts, without I/O, clocks or protocols."""
