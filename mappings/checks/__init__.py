"""What is checked in a mapping beyond its shape, before it ever runs."""
