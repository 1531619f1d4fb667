"""streamkit beside the openai package: the same bytes, and what both say of them."""
