"""The printed sheets: cheat sheet, handbook, self-test and flash cards.

In come a deck and the print options; out go the HTML of each part of a sheet, and its running heads
and feet. The packages `book` and `weasy` lay them out.
"""
