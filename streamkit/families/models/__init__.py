"""The family of models: the list of what a server offers."""
