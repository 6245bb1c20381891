"""EDI messages through a mapping."""
