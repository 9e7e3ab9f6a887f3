"""Fields of Markdown become safe HTML, once for all exporters.

In comes a `RawDeck`, out go a `Deck` with holes that each exporter fills in its own way, and
findings about what could not be drawn.
"""
