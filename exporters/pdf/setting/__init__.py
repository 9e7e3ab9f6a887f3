"""How the text of a card is set on paper: sizes, spaces, tables, code, pictures.

In comes HTML of a field, out goes HTML that fits a column of the page.
"""
