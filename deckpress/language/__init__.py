"""How Chinese is punctuated, how products are spelled, and how long a text takes to say.

The input is texts of a deck, the output is judgements about them. `checks` turns these into
findings.
"""
