"""llama.cpp's own server, with a model of half a megabyte that is made on the spot."""
