"""Prints the parts of a book in worker processes, or takes them from earlier builds; binds one PDF.

In come sheets of HTML; out go the bytes of a PDF, the same with any number of workers.
"""
