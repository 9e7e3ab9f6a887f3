"""Markdown -> HTML: Python-Markdown, with what interview cards need and without raw HTML."""
