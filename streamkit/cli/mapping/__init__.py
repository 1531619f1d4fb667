"""The parts of ``streamkit map``: the input, the prompts, the schema, and the files of answers."""
