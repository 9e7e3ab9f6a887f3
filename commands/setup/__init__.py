"""Set-up of a bare machine: system packages, ``.venv`` and the locked Python packages.

Input: the arguments of the command line. Output: the same, in a Python that can run the command.
Standard library only, and readable by Python 3.8, so that an old Python can say what is needed.
"""
