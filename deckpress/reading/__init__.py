"""A source on disk becomes a deck as its author wrote it, every text with its place.

In comes a path, or the text of a source; out go a `RawDeck` and findings about its structure. What
else has to look into Markdown (the checks, the renderer, the ledger) finds its tools here.
"""
