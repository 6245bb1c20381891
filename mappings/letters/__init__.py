"""What we write to people at a retailer: plain mail in its language; letter.py and a table of texts for each."""
