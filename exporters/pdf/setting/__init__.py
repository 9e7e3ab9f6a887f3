"""How the text of a card is set on paper: sizes, spaces, tables, code, pictures.

In comes the HTML of a field; out goes HTML that fits into a column of the page.
"""
