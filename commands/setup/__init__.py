"""Makes a bare machine able to run: system packages, ``.venv``, the locked Python packages.

In come the arguments of the command line; out they go again, in a Python that can do what they
say. Standard library only, and readable by Python 3.8, so that an old one can say what it lacks.
"""
