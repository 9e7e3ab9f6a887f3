"""Reads a source from disk into a deck as its author wrote it, with the place of every text.

The input is a path, or the text of a source. The output is a `RawDeck` and findings about its
structure. The tools for looking into Markdown, which the checks, the renderer and the ledger need
too, are also here.
"""
