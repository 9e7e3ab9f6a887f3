"""Markdown becomes HTML: Python-Markdown, with what interview cards need and without raw HTML.

In comes the Markdown of a field, out goes HTML with marks in the place of formulas and pictures.
"""
