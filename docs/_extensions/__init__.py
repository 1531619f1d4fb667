"""What this project adds to Sphinx: pictures of operators, and the list of public names."""
