"""The command line: one module for each command.

Input: the arguments of the command line. Output: sentences on the terminal and an exit code. The
work is done by `releases`. Only this package knows the terminal.
"""
