"""The machines, and what they are made of: no I/O, no clock, no protocol."""
