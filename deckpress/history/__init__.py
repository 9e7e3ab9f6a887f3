"""What learners already have: the releases of a deck, and what a source changes about them.

In come a `RawDeck` and the files of its ledger; out go versions, changes, their text, and the
ledger's next file. Nothing here asks what time it is.
"""
