"""Open this when a partner sends its first files: a folder for it, proposed from samples, with reasons.

    proposed(samples, wanted, answers) -> Proposal      # folder.py; nothing is written, asked or fetched here

Whatever the samples do not settle is a question, never a guess.
"""
