"""Open this when you ask where the bytes are: a write-once store of files, each under the sha256 of its content."""
