"""What ``check --fix`` mends: missing ids, punctuation, the names of products.

In comes the text of a source, out goes the same text mended, with a count of each change.
"""
