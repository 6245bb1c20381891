"""Open this when a partner sends its first files: what a partner's folder could be, proposed from samples, with reasons.

    proposed(samples, wanted, answers) -> Proposal      # folder.py; nothing is written, asked or fetched here

Whatever the samples do not settle is a question, never a guess.
"""
