"""JSON that is still arriving: an incremental parser, and views that copy nothing."""
