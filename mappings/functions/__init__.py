"""The closed vocabulary of `clean:` and `as:`."""
