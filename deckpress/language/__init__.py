"""How Chinese is punctuated, how products are spelled, how long a text takes to say.

In come texts of a deck, out go judgements about them. Findings are made of these by `checks`.
"""
