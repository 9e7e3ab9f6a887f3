"""Learners who go from one package to the next, in the real Anki.

In: two ``.apkg`` files; out: a report of what the learners keep and what they would lose.
"""
