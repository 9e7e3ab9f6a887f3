"""Everything that touches WeasyPrint, and nothing else. It is made for one version of it.

In comes a sheet of HTML, out go the bytes of a PDF. Each module names the upstream issue that it
works around, so that it can go when that is solved.
"""
