"""The sheets that are printed: cheat sheet, self-test and flash cards.

In come a deck and the print options; out go the HTML of each part of a sheet and what stands
around it. How that is laid out, `book` and `weasy` know.
"""
