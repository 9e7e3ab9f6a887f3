"""What a person can do: one file a verb.

In come the words of the command line; out go sentences on the terminal and an exit code. The work
is done by `releases`. Only this package knows the terminal.
"""
