"""From a source to a version: a development build, or a release and its way to GitHub.

Input: the path of a source, and what to make of it. Output: the files of a version in ``output/``,
in the ledger, in Git and on GitHub. Failures are raised as one of the `errors`, which carry the key
of a sentence and its values; `commands` prints the sentence. Nothing here knows the terminal.
"""
