"""Tables of text, of fixed width and in workbooks through a mapping."""
