"""Turns Markdown into HTML, with Python-Markdown and extensions for cards, and without raw HTML.

The input is the Markdown of a field. The output is HTML with marks in the places of formulas and
pictures.
"""
