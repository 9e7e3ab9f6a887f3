"""The rules for what is seen and not read: pictures, drawings, diagrams and formulas.

In comes a deck, or one of its fields; out come findings: a file that is not what its name says or
not safe to show, text that is too small on paper, and what a build would refuse to draw.
"""
