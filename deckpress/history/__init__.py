"""The releases of a deck, which learners already have, and what a source changes about them.

The input is a `RawDeck` and the files of its ledger. The output is versions, changes, their text,
and the ledger's next file. Nothing here reads the clock.
"""
