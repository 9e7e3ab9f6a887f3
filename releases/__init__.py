"""From a source to a version: a development build, or a release and its way to GitHub.

In come the path of a source and what is asked for; out go the files of a version, in ``output/``,
in the ledger, in Git and on GitHub. What goes wrong is raised as one of the `errors`, which carry
a sentence's key and its values; `commands` says it. Nothing here knows a terminal.
"""
