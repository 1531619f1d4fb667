"""The parts that the resources of all families share: calls, pages, polling and streams."""
