"""What the resources of all families share: calls, pages, polling, uploads."""
