"""Renders fields of Markdown to safe HTML, once for all exporters.

The input is a `RawDeck`. The output is a `Deck` with holes that each exporter fills in its own way,
and findings about what could not be drawn.
"""
