"""Producers and readers on several machines: the programs of the page `scaling`."""
