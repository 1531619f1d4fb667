"""The sources of the site."""
