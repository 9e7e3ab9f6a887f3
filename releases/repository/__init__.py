"""The Git repository of a source, and what it says about its place on GitHub.

git             asks Git and writes with it; every other module goes through it
homepage        the address of the page that belongs to a repository on GitHub
provenance      who built the files of a version, by GitHub's own attestation
"""
