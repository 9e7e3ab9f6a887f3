"""A release on GitHub.

In: the last release of a checked source, and its tag; out: the files that it offers and its site,
proven, and then a GitHub release that never changes. GitHub is reached through the program `gh`.
"""
