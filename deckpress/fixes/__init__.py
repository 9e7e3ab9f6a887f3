"""What ``check --fix`` corrects: missing ids, punctuation, the names of products.

The input is the text of a source. The output is the corrected text, with a count of each change.
"""
