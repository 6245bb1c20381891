"""XML and JSON through a mapping."""
