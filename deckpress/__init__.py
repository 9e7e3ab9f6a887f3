"""Turns a Markdown source into a checked and rendered deck.

It knows no output format and no terminal: those are for the exporters and the commands.
"""

__version__ = "0.1.0"
