"""The calls of each resource, written once for both clients: parameters, path, type of answer."""
