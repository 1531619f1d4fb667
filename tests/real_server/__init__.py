"""A server that is not ours: llama.cpp's own, with a model of half a megabyte made on the spot."""
