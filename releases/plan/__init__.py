"""What the next release will be.

Input: a checked source and its repository. Output: a plan, or an error that says what forbids the
release. Nothing is written here.
"""
