"""Open this when a text of a tree is decoded that should not be: what is noted of each text while it is read."""

# What keeps a text from being its bytes. HIGH: it is beyond ASCII. BREAKS: line breaks are to be made one. ESCAPED:
# entities or escapes. PARTS: comments, CDATA or other elements within. INK: it is not all blanks.
INK, HIGH, BREAKS, ESCAPED, PARTS, ATTRIBUTE = 1, 2, 4, 8, 16, 32
DECODED = BREAKS | ESCAPED | PARTS
