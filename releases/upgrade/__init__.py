"""Learners who upgrade from one package to another, in the real Anki.

Input: two ``.apkg`` files. Output: a report of what the learners keep and what they would lose.
"""
