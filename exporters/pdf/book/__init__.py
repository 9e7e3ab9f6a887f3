"""Parts printed by worker processes, some of them long ago, and bound into one PDF.

In come sheets of HTML; out go the bytes of a PDF, the same with any number of workers.
"""
