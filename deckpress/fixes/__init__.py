"""What ``check --fix`` corrects: missing ids, numbers of gaps, punctuation, the names of products.

The input is the text of a source, and its last release. The output is the corrected text, with a
count of each change.
"""
