"""Markdown in, a checked and rendered deck out. Knows no output format and no terminal."""

__version__ = "0.1.0"
