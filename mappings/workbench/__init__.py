"""What helps whoever writes mappings: lint, trace, lists, schemas."""
