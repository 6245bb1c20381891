"""What we answer to files, and what partners answer to us."""
