"""Writes the files of a version, completely or not at all, and reads and verifies them.

The input is names and bytes. The output is a folder in ``output/``, or a verdict on one.
"""
